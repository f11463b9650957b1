// main() of every Boost.Test program of libspaces.
#define BOOST_TEST_MODULE libspaces
#include <boost/test/unit_test.hpp>
