#pragma once

#include "server/rules/index.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

/// Decisions in words and as data (docs/http-api.md): for whoever asks why.
namespace farboot::rules
{

[[nodiscard]] std::string sentence(const Index& index, const Verdict& verdict);
[[nodiscard]] std::string sentence(const Index& index, const Check& check);
/// Why this location and no other.
[[nodiscard]] std::string place_sentence(const Decision& decision);
[[nodiscard]] std::string automatic_sentence(const Index& index, const Decision& decision);
[[nodiscard]] std::string default_sentence(const Index& index, const Decision& decision);

/// The whole answer to a question, with everything that led to it.
[[nodiscard]] nlohmann::json explanation(const Index& index, const Question& question);

/// "2026-01-31T12:00:00Z"
[[nodiscard]] std::string time_text(std::chrono::sys_seconds time);
/// Nothing for another form, or a year before first_year or after last_year.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_time(std::string_view text);

} // namespace farboot::rules
