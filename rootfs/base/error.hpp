#pragma once

#include <fmt/format.h>

#include <expected>
#include <string>
#include <utility>

namespace farboot
{

/// What went wrong, for the person who sees it.
struct Error {
    /// Stable kebab-case name ("digest-mismatch", "unreachable"): tests, translations and callers decide by it.
    /// The reasons that a person can meet are listed in docs/records.md and docs/agent-protocol.md.
    std::string reason;
    /// One sentence: what failed, on what, why, what to do.
    std::string sentence;
};

template <class T>
using Result = std::expected<T, Error>;

/// return fail("not-found", "There is no record {} on the server.", name);
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(std::string reason, fmt::format_string<Args...> sentence, Args&&... args)
{
    return std::unexpected(Error{std::move(reason), fmt::format(sentence, std::forward<Args>(args)...)});
}

} // namespace farboot
