// System calls that the probe makes, by their numbers, and what it says of them. Each returns an exit status.
#pragma once

// Says what the call returns, or why it fails.
int call(int number, int count, char **words);
// The same without arguments, by the entry that 32-bit programs use.
int call32(int number);
// Traces PID 1 and has it make the call without arguments: says what that returns, or why it fails.
int call_by_init(int number);
