#pragma once

#include <fmt/format.h>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// What the program says: results on stdout, everything else on stderr.
namespace farboot::rootfs
{

/// The text, with what a terminal would obey or show in another order than it stands there made visible: "<U+202E>" for
/// control characters but line breaks and tabs, for marks of direction, and for what is not UTF-8 ("<9B>"). Names come
/// from others.
[[nodiscard]] std::string harmless(std::string_view text);

/// One line of a result.
void say(std::string_view line);
/// A result for scripts.
void say_json(const nlohmann::json& json);
/// One line for the person who waits.
void note(std::string_view line);

/// "1.5 GB": three digits and a decimal unit.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "2:05" or "1:02:05".
[[nodiscard]] std::string duration_text(std::uint64_t seconds);

} // namespace farboot::rootfs
