/** @file spaces.h
 *  All of libspaces.
 */
#ifndef SPACES_SPACES_H
#define SPACES_SPACES_H

#include <spaces/base.h>
#include <spaces/error.h>
#include <spaces/host.h>
#include <spaces/process.h>
#include <spaces/spec.h>

#endif
