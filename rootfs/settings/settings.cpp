#include "rootfs/settings/settings.hpp"

#include <algorithm>

namespace farboot::settings
{

namespace
{

/// Reads the member into its place. The error's field begins with the setting's name.
template <class T>
std::optional<Wrong> read(const Json& value, std::optional<T>& into)
{
    const auto found = value.find(T::name);
    if (found == value.end() || found->is_null())
        return std::nullopt;
    auto parsed = T::parse(*found);
    if (!parsed) {
        auto wrong = std::move(parsed.error());
        wrong.field = wrong.field.empty() ? std::string(T::name) : fmt::format("{}.{}", T::name, wrong.field);
        return wrong;
    }
    into = std::move(*parsed);
    return std::nullopt;
}

bool is_known(std::string_view name)
{
    bool known = false;
    Settings::each(Settings{}, [&]<class T>(const std::optional<T>&) { known = known || name == T::name; });
    return known;
}

std::string no_such_setting(std::string_view name)
{
    return fmt::format("There is no setting {}.", name.substr(0, 64));
}

} // namespace

Parsed<Settings> Settings::parse(const Json& value)
{
    if (!value.is_object())
        return std::unexpected(Wrong{"", "Settings are a JSON object such as {\"locale\": \"de_DE.UTF-8\"}."});
    for (const auto& [name, each] : value.items())
        if (!is_known(name))
            return std::unexpected(Wrong{name.substr(0, 64), no_such_setting(name)});
    Settings settings;
    std::optional<Wrong> wrong;
    each(settings, [&](auto& setting) {
        if (!wrong)
            wrong = read(value, setting);
    });
    if (wrong)
        return std::unexpected(std::move(*wrong));
    return settings;
}

Json Settings::to_json() const
{
    auto json = Json::object();
    each(*this, [&]<class T>(const std::optional<T>& setting) {
        if (setting)
            json[T::name] = setting->to_json();
    });
    return json;
}

std::vector<std::string> names()
{
    std::vector<std::string> all;
    Settings::each(Settings{}, [&]<class T>(const std::optional<T>&) { all.emplace_back(T::name); });
    return all;
}

Received receive(std::string_view text, const std::vector<std::string>& without)
{
    Received received;
    if (text.empty())
        return received;
    auto value = text.size() > max_bytes ? Json() : Json::parse(text, nullptr, false);
    if (!value.is_object()) {
        received.refused.push_back(
            fmt::format("{} is no JSON object of at most {} bytes: none of it is used.", file_name, max_bytes));
        return received;
    }
    for (const auto& name : without)
        value.erase(name);
    for (const auto& [name, each] : value.items())
        if (!is_known(name))
            received.refused.push_back(no_such_setting(name) + " This system is older than its server.");
    Settings::each(received.settings, [&](auto& setting) {
        if (auto wrong = read(value, setting))
            received.refused.push_back(fmt::format("{} is not used: {}", wrong->field, wrong->sentence));
    });
    if (received.settings.hostname && received.settings.hostname->is_pattern()) {
        received.settings.hostname.reset();
        received.refused.emplace_back("hostname is not used: it is a pattern, and no name.");
    }
    return received;
}

} // namespace farboot::settings
