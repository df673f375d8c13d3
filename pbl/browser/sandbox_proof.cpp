#include "pbl/browser/sandbox_proof.hpp"

#include <fstream>
#include <string>
#include <string_view>

namespace farboot::browser
{

namespace
{

constexpr std::string_view seccomp_filter = "2"; // proc(5): SECCOMP_MODE_FILTER

std::string seccomp_mode(const std::filesystem::path& status)
{
    std::ifstream file(status);
    for (std::string name, value; file >> name && std::getline(file >> std::ws, value);)
        if (name == "Seccomp:")
            return value;
    return {};
}

} // namespace

Result<void> prove_sandbox(pid_t renderer, const std::filesystem::path& proc)
{
    const auto theirs = proc / std::to_string(renderer);
    if (seccomp_mode(theirs / "status") != seccomp_filter)
        return fail("sandbox-missing", "The page's process {} has no seccomp filter.", renderer);
    for (const auto* name : {"user", "pid", "net"}) {
        std::error_code error;
        const auto outside = std::filesystem::read_symlink(proc / "self" / "ns" / name, error);
        const auto inside = std::filesystem::read_symlink(theirs / "ns" / name, error);
        if (outside.empty() || inside.empty() || outside == inside)
            return fail("sandbox-missing", "The page's process {} has no {} namespace of its own.", renderer, name);
    }
    return {};
}

} // namespace farboot::browser
