#pragma once

#include "rootfs/waiting/state.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// Who waits now.
struct Waits {
    std::optional<WaitingState> system;   ///< the reader of the root file system
    std::optional<WaitingState> machines; ///< the reader of virtual machines' disks

    [[nodiscard]] bool any() const { return system || machines; }
    bool operator==(const Waits&) const = default;
};

enum class Language { english, german };

/// By the environment, as setlocale(3) goes through it; it must not be called: it would map hundreds of megabytes.
[[nodiscard]] Language language_of_session();
/// "de" or "en".
[[nodiscard]] std::optional<Language> language_named(std::string_view name);

/// What a person in front of the screen is told, a sentence a line; nothing when nobody waits. In UTF-8, with no
/// character beyond Latin-1. Times are local ones: call tzset() before, when files can still be read.
[[nodiscard]] std::vector<std::string> sentences(const Waits& waits, Language language);

/// Cuts lines at spaces so that none is longer than `columns` characters, unless a single word is.
[[nodiscard]] std::vector<std::string> wrap(const std::vector<std::string>& lines, std::size_t columns);

/// One byte a character; what Latin-1 does not have becomes "?".
[[nodiscard]] std::string to_latin1(std::string_view utf8);

} // namespace farboot::rootfs
