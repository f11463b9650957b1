/* The same container by hand: what libspaces is measured against. */
#ifndef BENCH_SEQUENCE_H
#define BENCH_SEQUENCE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a program as PID 1 of new namespaces of every kind but time, with the caller mapped to root and its
   own /proc, and waits for it. Returns its exit status, or -1. May be called from several threads at once. */
int sequence_run(const char *program);

/* The same with the mounts that OCI has every container have: /proc, /dev with its devices and links, pts,
   shm and mqueue, /sys and /tmp. */
int sequence_run_with_mounts(const char *program);

/* The same by posix_spawn(3): no namespaces. */
int sequence_spawn(const char *program);

#ifdef __cplusplus
}
#endif

#endif
