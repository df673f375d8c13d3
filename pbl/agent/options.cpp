#include "pbl/agent/options.hpp"

#include <pwd.h>

#include <charconv>

namespace farboot::agent
{

std::optional<uid_t> find_user(const std::string& name)
{
    uid_t number = 0;
    const auto* end = name.data() + name.size();
    if (const auto [rest, error] = std::from_chars(name.data(), end, number); error == std::errc() && rest == end)
        return number;
    const auto* user = ::getpwnam(name.c_str());
    return user ? std::optional(user->pw_uid) : std::nullopt;
}

} // namespace farboot::agent
