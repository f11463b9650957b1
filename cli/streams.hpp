// Standard streams that the caller has closed.
#pragma once

namespace cli {

// Occupies descriptors 0 to 2 where they are closed, so that no other file gets such a number and is taken
// for a standard stream.
void occupy_closed_streams();

} // namespace cli
