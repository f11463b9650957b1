/** @file spec.h
 *  The Spec: what to run and how to isolate it, in the vocabulary of the OCI runtime specification.
 *
 *  A new Spec runs a program as posix_spawn(3) would: in the caller's namespaces, with its environment,
 *  working directory and standard streams, and with every other descriptor closed. Each setter below changes
 *  one thing; spaces_spec_load_json() can set everything at once.
 *
 *  Setters check what can be checked without the rest of the Spec and return SPACES_EINVALID for a bad
 *  value, which is then not stored. What depends on the whole is checked when the Spec is used.
 *  All of them may return SPACES_ENOMEMORY.
 */
#ifndef SPACES_SPEC_H
#define SPACES_SPEC_H

#include <spaces/spec_base.h>
#include <spaces/spec_files.h>
#include <spaces/spec_namespaces.h>
#include <spaces/spec_privileges.h>
#include <spaces/spec_program.h>
#include <spaces/spec_resources.h>
#include <spaces/spec_seccomp.h>

#endif
