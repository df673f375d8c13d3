#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>

/// Preloaded into a program, kills it just before the KILL_AT-th time that it gives a file its name or removes one:
/// between two of those, nothing that it does to a store can be seen.
namespace
{

void count()
{
    static int calls = 0;
    if (const auto* at = std::getenv("KILL_AT"); at != nullptr && ++calls == std::atoi(at))
        ::kill(::getpid(), SIGKILL);
}

} // namespace

extern "C" int rename(const char* from, const char* to) noexcept
{
    count();
    return reinterpret_cast<decltype(&rename)>(::dlsym(RTLD_NEXT, "rename"))(from, to);
}

extern "C" int remove(const char* path) noexcept
{
    count();
    return reinterpret_cast<decltype(&remove)>(::dlsym(RTLD_NEXT, "remove"))(path);
}
