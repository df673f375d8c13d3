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

/// Settings of booted systems (docs/settings.md), as the server keeps them and as the booted system applies them: both
/// read them with the same parsers, so that nothing gets into a configuration file that was not looked at there.
namespace farboot::settings
{

using Json = nlohmann::json;

/// What is wrong with a value. `field`: where in it, such as "servers"; empty: all of it.
struct Wrong {
    std::string field;
    std::string sentence;
};

template <class T>
using Parsed = std::expected<T, Wrong>;

/// How a text must look: no check lets control characters, spaces at the ends or a quote through.
using Check = bool (*)(std::string_view);

/// Reads the members of one object. The first that is wrong is remembered, and what is read after it is of no use: ask
/// wrong() at the end.
class Members
{
public:
    /// `noun` and `example` are for sentences. Members that are not known are wrong.
    Members(const Json& object, const char* noun, const char* example, std::initializer_list<std::string_view> known);

    /// `form`: what the check wants, "a host's name or address". Nothing for a missing member or null.
    std::optional<std::string> text(const char* name, std::size_t max, Check check, const char* form);
    /// The same for a member that must be there.
    std::string needed(const char* name, std::size_t max, Check check, const char* form);
    /// Different texts, at most `max_count`; a missing member: none.
    std::vector<std::string> texts(const char* name, std::size_t max_count, std::size_t max, Check check,
                                   const char* form);
    /// A missing member: `fallback`.
    int number(const char* name, int lowest, int highest, int fallback);
    bool flag(const char* name, bool fallback);

    /// Remembers that a member is wrong, unless one was before.
    void refuse(std::string field, std::string sentence);
    [[nodiscard]] const std::optional<Wrong>& wrong() const { return wrong_; }

    /// `thing`, if nothing was wrong.
    template <class T>
    [[nodiscard]] Parsed<T> result(T thing) const
    {
        if (wrong_)
            return std::unexpected(*wrong_);
        return thing;
    }

private:
    [[nodiscard]] const Json* member(const char* name) const;

    const Json& object_;
    std::optional<Wrong> wrong_;
};

/// A value that is one text. `example` is for the sentence.
[[nodiscard]] Parsed<std::string> parse_text(const Json& value, std::size_t max, Check check, const char* form);

/// What each item of an array makes, at most `max` of them.
template <class T>
[[nodiscard]] Parsed<std::vector<T>> parse_list(const Json& value, std::size_t max, const char* nouns)
{
    if (!value.is_array() || value.size() > max)
        return std::unexpected(Wrong{"", fmt::format("They must be a list of at most {} {}.", max, nouns)});
    std::vector<T> list;
    for (const auto& item : value) {
        auto one = T::parse(item);
        if (!one)
            return std::unexpected(std::move(one.error()));
        list.push_back(std::move(*one));
    }
    return list;
}

template <class T>
[[nodiscard]] Json list_json(const std::vector<T>& list)
{
    auto json = Json::array();
    for (const auto& item : list)
        json.push_back(item.to_json());
    return json;
}

} // namespace farboot::settings
