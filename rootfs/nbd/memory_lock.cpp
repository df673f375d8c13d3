#include "rootfs/nbd/memory_lock.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

namespace farboot::rootfs
{

namespace
{
constexpr std::size_t stack_bytes = 512 * 1024;
}

void use_little_memory()
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
    mallopt(M_ARENA_MAX, 2);
}

Result<void> lock_memory()
{
    if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
        return {};
    return fail("memory-lock", "The reader cannot be locked in memory: {}. It needs root or a higher RLIMIT_MEMLOCK.",
                std::strerror(errno));
}

} // namespace farboot::rootfs
