// resident.h -- how much memory of a process is in the machine's
#ifndef OURO_RESIDENT_H
#define OURO_RESIDENT_H

#include <stdint.h>
#include <sys/types.h>

// Resident bytes of a process (0: this one), shared memory included; 0 when it is gone.
uint64_t resident_bytes(pid_t process);

#endif
