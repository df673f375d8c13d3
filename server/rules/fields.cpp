#include "server/rules/fields.hpp"

#include <algorithm>
#include <array>

namespace farboot::rules
{

using nlohmann::json;

namespace
{

Parsed<std::int64_t> id_in(const json& value, const std::string& field)
{
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0 ||
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(max_id))
        return wrong(field, fmt::format("{} must be an id: a whole number from 1.", field));
    return value.get<std::int64_t>();
}

/// The array at `name`, or nothing if it is missing.
Parsed<const json*> array_in(const json& root, const std::string& name, std::size_t max)
{
    const auto found = root.find(name);
    if (found == root.end())
        return nullptr;
    if (!found->is_array() || found->size() > max)
        return wrong(name, fmt::format("{} must be a list of at most {}.", name, max));
    return &*found;
}

template <class T>
bool has_twins(std::vector<T> values)
{
    std::ranges::sort(values);
    return std::ranges::adjacent_find(values) != values.end();
}

/// UTF-8 that begins with one of Unicode's 66 noncharacters (section 23.7), or with a byte order mark: what keeps texts
/// would change or drop them.
bool is_no_character(std::string_view text, bool first)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    if (byte(0) == 0xef)
        return (first && byte(1) == 0xbb && byte(2) == 0xbf) || (byte(1) == 0xbf && byte(2) >= 0xbe) ||
               (byte(1) == 0xb7 && byte(2) >= 0x90 && byte(2) < 0xb0);
    return byte(0) >= 0xf0 && (byte(1) & 0x0f) == 0x0f && byte(2) == 0xbf && byte(3) >= 0xbe;
}

} // namespace

std::unexpected<FieldError> wrong(std::string field, std::string sentence)
{
    return std::unexpected(FieldError{std::move(field), std::move(sentence)});
}

std::optional<std::size_t> printable_length(std::string_view text)
{
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f)
            return std::nullopt;
        if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
            return std::nullopt;
        if (is_no_character(text.substr(i), i == 0))
            return std::nullopt;
        length += (byte & 0xc0) != 0x80;
    }
    return length;
}

Parsed<Text> parse_text(const json& root, const std::string& name, std::size_t max, bool required)
{
    Text text;
    if (!root.contains(name)) {
        if (required)
            return wrong(name + ".en", fmt::format("A {} in English is required.", name));
        return text;
    }
    const auto& object = root[name];
    if (!object.is_object())
        return wrong(name, fmt::format("The {} must be an object with texts by language.", name));
    for (auto [language, into] : {std::pair("de", &text.de), std::pair("en", &text.en)}) {
        const auto field = fmt::format("{}.{}", name, language);
        const auto found = object.find(language);
        if (found == object.end() || found->is_null())
            continue;
        if (!found->is_string())
            return wrong(field, fmt::format("{} must be a text.", field));
        const auto& content = found->get_ref<const std::string&>();
        const auto length = printable_length(content);
        if (!length)
            return wrong(field, fmt::format("{} must not have control characters or line breaks.", field));
        if (*length > max)
            return wrong(field, fmt::format("{} must be at most {} characters long.", field, max));
        *into = content;
    }
    if (required && text.en.find_first_not_of(' ') == std::string::npos)
        return wrong(name + ".en", fmt::format("A {} in English is required.", name));
    return text;
}

json text_json(const Text& text)
{
    json result = json::object();
    if (!text.de.empty())
        result["de"] = text.de;
    if (!text.en.empty())
        result["en"] = text.en;
    return result;
}

std::optional<FieldError> unknown_member(const json& object, const std::string& prefix,
                                         std::initializer_list<std::string_view> known)
{
    for (const auto& [name, value] : object.items()) {
        if (std::ranges::find(known, name) != known.end())
            continue;
        const auto field = prefix + name.substr(0, 64);
        return FieldError{field,
                          fmt::format("There is no member {} here; there are: {}.", field, fmt::join(known, ", "))};
    }
    return std::nullopt;
}

Parsed<json> parse_object(std::string_view text, const char* noun, std::initializer_list<std::string_view> known)
{
    auto root = json::parse(text, nullptr, false);
    if (!root.is_object())
        return wrong("", fmt::format("A {} is a JSON object.", noun));
    if (const auto unknown = unknown_member(root, "", known))
        return std::unexpected(*unknown);
    return root;
}

Parsed<std::optional<std::int64_t>> parse_id(const json& root, const std::string& name, const std::string& field)
{
    const auto found = root.find(name);
    if (found == root.end() || found->is_null())
        return std::nullopt;
    const auto id = id_in(*found, field);
    if (!id)
        return std::unexpected(id.error());
    return *id;
}

Parsed<std::vector<std::int64_t>> parse_ids(const json& root, const std::string& name, std::size_t max)
{
    const auto array = array_in(root, name, max);
    if (!array)
        return std::unexpected(array.error());
    std::vector<std::int64_t> ids;
    if (*array)
        for (const auto& each : **array) {
            const auto id = id_in(each, name);
            if (!id)
                return std::unexpected(id.error());
            ids.push_back(*id);
        }
    if (has_twins(ids))
        return wrong(name, fmt::format("{} must name each only once.", name));
    return ids;
}

Parsed<std::vector<std::string>> parse_words(const json& root, const std::string& name, std::size_t max,
                                             std::size_t length)
{
    const auto array = array_in(root, name, max);
    if (!array)
        return std::unexpected(array.error());
    std::vector<std::string> words;
    if (*array)
        for (const auto& each : **array) {
            const auto characters =
                each.is_string() ? printable_length(each.get_ref<const std::string&>()) : std::nullopt;
            if (!characters || *characters == 0 || *characters > length)
                return wrong(name, fmt::format("{} must have texts of 1 to {} characters, without control characters.",
                                               name, length));
            words.push_back(each.get<std::string>());
        }
    if (has_twins(words))
        return wrong(name, fmt::format("{} must name each only once.", name));
    return words;
}

Parsed<bool> parse_flag(const json& root, const std::string& name, bool fallback)
{
    const auto found = root.find(name);
    if (found == root.end())
        return fallback;
    if (!found->is_boolean())
        return wrong(name, fmt::format("{} must be true or false.", name));
    return found->get<bool>();
}

} // namespace farboot::rules
