// What a piece of the core throws, for tests of its inside.
#pragma once

#include "base/error.hpp"

#include <boost/test/unit_test.hpp>
#include <utility>

namespace support {

// The Error of `body`; the test ends where there is none.
template <class Body> spaces::Error thrown_by(Body &&body) {
    try {
        std::forward<Body>(body)();
    } catch (const spaces::Error &error) {
        // Every message is one line for people.
        BOOST_TEST(error.message.find('\n') == std::string::npos);
        BOOST_TEST(!error.message.empty());
        BOOST_TEST(!error.message.ends_with('.'));
        return error;
    }
    BOOST_FAIL("nothing was thrown");
    return {};
}

} // namespace support
