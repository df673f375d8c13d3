#include "pbl/agent/options.hpp"
#include "rootfs/base/number.hpp"

#include <pwd.h>

namespace farboot::agent
{

std::optional<uid_t> find_user(const std::string& name)
{
    if (const auto number = rootfs::to_number<uid_t>(name))
        return number;
    const auto* user = ::getpwnam(name.c_str());
    return user ? std::optional(user->pw_uid) : std::nullopt;
}

} // namespace farboot::agent
