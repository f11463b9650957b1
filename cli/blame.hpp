// What on the command line a refused member of the Spec came from: the user wrote "--uid", and the library
// speaks of "linux.uidMappings".
#pragma once

#include "parser.hpp"

namespace cli {

// Puts the name of the option before the message, where the Spec was refused for what this option set.
void blame(Failure &failure, const Option &option);

// The same for what was refused later, together with the rest: finds the option by the member.
void blame(Failure &failure, const CommandLine &line);

} // namespace cli
