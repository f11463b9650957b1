/* The program of a container that is looked at: it waits to be killed. */
#include <unistd.h>

int main(void) {
    for (;;) {
        pause();
    }
}
