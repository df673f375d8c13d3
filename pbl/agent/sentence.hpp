#pragma once

#include "rootfs/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farboot::agent
{

/// One sentence for the person at the PC, in both languages.
struct Sentence {
    std::string de;
    std::string en;
    bool operator==(const Sentence&) const = default;
};

/// What a sentence can speak of.
struct Subject {
    std::string record{}; ///< "boot/debian-desktop", or what was asked for
    std::string server{}; ///< the server's URL
};

/// The sentence for an error's reason. A reason that has none of its own gets a general one with the error's own words.
[[nodiscard]] Sentence sentence_for(const Error& error, const Subject& subject);

/// All reasons with a sentence of their own.
[[nodiscard]] std::vector<std::string_view> translated_reasons();

/// True for failures that may pass by themselves: worth another attempt.
[[nodiscard]] bool is_transient(const Error& error);

/// True for the reasons with which docs/records.md refuses something that was received.
[[nodiscard]] bool is_refusal(const Error& error);

} // namespace farboot::agent
