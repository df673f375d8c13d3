#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Members of a JSON object that comes from outside, checked one by one.
namespace farboot::rules
{

/// Text in the languages of the pages. `en` is there; an empty `de` falls back to it.
struct Text {
    std::string de;
    std::string en;
    bool operator==(const Text&) const = default;
};

/// A member of a request that is missing or wrong.
struct FieldError {
    std::string field;
    std::string sentence;
};

template <class T>
using Parsed = std::expected<T, FieldError>;

[[nodiscard]] std::unexpected<FieldError> wrong(std::string field, std::string sentence);

/// Code points of valid UTF-8; nothing if one is a control (C0, DEL, C1), no character, or a byte order mark in front.
[[nodiscard]] std::optional<std::size_t> printable_length(std::string_view text);

/// `root[name]` with "de" and "en", each at most `max` characters; a required one needs "en".
[[nodiscard]] Parsed<Text> parse_text(const nlohmann::json& root, const std::string& name, std::size_t max,
                                      bool required);
/// Only the languages that are there.
[[nodiscard]] nlohmann::json text_json(const Text& text);

/// An object that has no other members than these: a condition that nobody reads would let a rule hold everywhere.
[[nodiscard]] Parsed<nlohmann::json> parse_object(std::string_view json, const char* noun,
                                                  std::initializer_list<std::string_view> known);
[[nodiscard]] std::optional<FieldError> unknown_member(const nlohmann::json& object, const std::string& prefix,
                                                       std::initializer_list<std::string_view> known);

/// null and a missing member: nothing.
[[nodiscard]] Parsed<std::optional<std::int64_t>> parse_id(const nlohmann::json& root, const std::string& name,
                                                           const std::string& field);
/// Different ids, at most `max`; a missing member: none.
[[nodiscard]] Parsed<std::vector<std::int64_t>> parse_ids(const nlohmann::json& root, const std::string& name,
                                                          std::size_t max);
/// Different texts of 1 to `length` characters, at most `max` of them; a missing member: none.
[[nodiscard]] Parsed<std::vector<std::string>> parse_words(const nlohmann::json& root, const std::string& name,
                                                           std::size_t max, std::size_t length);
[[nodiscard]] Parsed<bool> parse_flag(const nlohmann::json& root, const std::string& name, bool fallback);

/// Ids are numbers that JavaScript can hold, too.
inline constexpr std::int64_t max_id = (std::int64_t{1} << 53) - 1;

} // namespace farboot::rules
