// Runs a Spec to its end and keeps what it wrote.
#include "support/capture.hpp"

#include <boost/test/unit_test.hpp>

namespace support {

Captured capture(const Spec &spec) {
    Spec piped(spec);
    piped.pipe(SPACES_STDOUT);
    Process process = start(piped);
    std::string out = read_all(process.take(SPACES_STDOUT).get());
    return {std::move(out), process.wait()};
}

std::string output_of(const Spec &spec) {
    Captured captured = capture(spec);
    BOOST_TEST(captured.result.exit_code() == 0,
               "the program ended with " << captured.result.json() << ", after: " << captured.out);
    return std::move(captured.out);
}

} // namespace support
