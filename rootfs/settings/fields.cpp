#include "rootfs/settings/fields.hpp"

#include <algorithm>

namespace farboot::settings
{

namespace
{

bool fits(const Json& value, std::size_t max, Check check)
{
    if (!value.is_string())
        return false;
    const auto& text = value.get_ref<const std::string&>();
    return !text.empty() && text.size() <= max && check(text);
}

} // namespace

Members::Members(const Json& object, const char* noun, const char* example,
                 std::initializer_list<std::string_view> known)
    : object_(object)
{
    if (!object.is_object()) {
        refuse("", fmt::format("{} is a JSON object such as {}.", noun, example));
        return;
    }
    for (const auto& [name, value] : object.items())
        if (std::ranges::find(known, name) == known.end())
            refuse(name.substr(0, 64), fmt::format("{} has no member of this name; it looks like {}.", noun, example));
}

const Json* Members::member(const char* name) const
{
    if (wrong_)
        return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Members::text(const char* name, std::size_t max, Check check, const char* form)
{
    const auto* value = member(name);
    if (!value)
        return std::nullopt;
    if (!fits(*value, max, check)) {
        refuse(name, fmt::format("{} must be {}, of at most {} characters.", name, form, max));
        return std::nullopt;
    }
    return value->get<std::string>();
}

std::string Members::needed(const char* name, std::size_t max, Check check, const char* form)
{
    auto value = text(name, max, check, form);
    if (!value)
        refuse(name, fmt::format("{} is missing: it must be {}.", name, form));
    return value.value_or("");
}

std::vector<std::string> Members::texts(const char* name, std::size_t max_count, std::size_t max, Check check,
                                        const char* form)
{
    std::vector<std::string> list;
    const auto* value = member(name);
    if (!value)
        return list;
    if (!value->is_array() || value->size() > max_count) {
        refuse(name, fmt::format("{} must be a list of at most {}.", name, max_count));
        return list;
    }
    for (const auto& item : *value) {
        if (!fits(item, max, check))
            refuse(name, fmt::format("Each of {} must be {}, of at most {} characters.", name, form, max));
        else if (auto text = item.get<std::string>(); std::ranges::find(list, text) != list.end())
            refuse(name, fmt::format("{} must name each only once.", name));
        else
            list.push_back(std::move(text));
    }
    return list;
}

int Members::number(const char* name, int lowest, int highest, int fallback)
{
    const auto* value = member(name);
    if (!value)
        return fallback;
    if (!value->is_number_integer() || *value < lowest || *value > highest) {
        refuse(name, fmt::format("{} must be a whole number from {} to {}.", name, lowest, highest));
        return fallback;
    }
    return value->get<int>();
}

bool Members::flag(const char* name, bool fallback)
{
    const auto* value = member(name);
    if (value && !value->is_boolean())
        refuse(name, fmt::format("{} must be true or false.", name));
    return value && value->is_boolean() ? value->get<bool>() : fallback;
}

void Members::refuse(std::string field, std::string sentence)
{
    if (!wrong_)
        wrong_ = Wrong{std::move(field), std::move(sentence)};
}

Parsed<std::string> parse_text(const Json& value, std::size_t max, Check check, const char* form)
{
    if (!fits(value, max, check))
        return std::unexpected(Wrong{"", fmt::format("It must be {}, of at most {} characters.", form, max)});
    return value.get<std::string>();
}

} // namespace farboot::settings
