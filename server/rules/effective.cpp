#include "server/rules/effective.hpp"

#include <algorithm>

namespace farboot::rules
{

namespace
{

/// "Büro 3" as "buero-3"; other letters than ASCII's and German's become dashes.
std::string label_of(std::string_view text)
{
    static constexpr std::pair<std::string_view, std::string_view> german[] = {
        {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"}, {"Ö", "oe"}, {"Ü", "ue"}, {"ß", "ss"}};
    std::string label;
    while (!text.empty()) {
        const auto* special =
            std::ranges::find_if(german, [&](const auto& each) { return text.starts_with(each.first); });
        if (special != std::end(german)) {
            label += special->second;
            text.remove_prefix(special->first.size());
            continue;
        }
        const char c = text.front();
        text.remove_prefix(1);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            label += c;
        else if (c >= 'A' && c <= 'Z')
            label += static_cast<char>(c - 'A' + 'a');
        else if (!label.empty() && label.back() != '-')
            label += '-';
    }
    while (label.ends_with('-'))
        label.pop_back();
    return label;
}

void fill_in(std::string& text, std::string_view placeholder, const std::string& value)
{
    for (auto at = text.find(placeholder); at != text.npos; at = text.find(placeholder, at + value.size()))
        text.replace(at, placeholder.size(), value);
}

/// Labels of at most 63 characters, without dashes at their ends.
std::string tidy(const std::string& name)
{
    std::string result;
    for (std::size_t at = 0; at <= name.size();) {
        const auto end = std::min(name.find('.', at), name.size());
        auto label = name.substr(at, std::min<std::size_t>(end - at, 63));
        at = end + 1;
        while (label.ends_with('-'))
            label.pop_back();
        label.erase(0, label.find_first_not_of('-'));
        if (!label.empty() && result.size() + label.size() < settings::Hostname::longest)
            result += (result.empty() ? "" : ".") + label;
    }
    return result;
}

} // namespace

std::vector<EffectiveSetting> effective_settings(std::span<const Location* const> path)
{
    std::vector<EffectiveSetting> effective;
    settings::Settings::each(settings::Settings{}, [&]<class T>(const std::optional<T>&) {
        for (const auto* location : path) {
            bool found = false;
            settings::Settings::each(location->settings, [&]<class S>(const std::optional<S>& setting) {
                if constexpr (std::is_same_v<S, T>)
                    if (setting) {
                        effective.push_back({T::name, setting->to_json(), location});
                        found = true;
                    }
            });
            if (found)
                break;
        }
    });
    return effective;
}

std::string sentence(const EffectiveSetting& setting, std::span<const Location* const> path)
{
    const auto place = fmt::format("location {} \"{}\"", setting.from->id, setting.from->name.en);
    if (!path.empty() && path.front() == setting.from)
        return fmt::format("{} is a setting of {} itself.", setting.name, place);
    return fmt::format("{} is inherited from {}: nothing closer to the PC says otherwise.", setting.name, place);
}

std::string host_name(const std::string& pattern, const PcNames& pc, const Location& place)
{
    const auto number = fmt::format("{}", pc.id);
    const auto or_number = [&](std::string text) { return text.empty() ? number : text; };
    auto mac = pc.mac ? pc.mac->text() : std::string();
    std::erase(mac, ':');
    auto name = pattern;
    fill_in(name, "{id}", number);
    fill_in(name, "{name}", or_number(label_of(pc.name)));
    fill_in(name, "{mac}", or_number(mac));
    fill_in(name, "{location}", or_number(label_of(place.name.en)));
    name = tidy(name);
    return name.empty() ? "pc-" + number : name;
}

std::vector<std::string> sources_of(std::span<const Location* const> path)
{
    const auto closest =
        std::ranges::find_if(path, [](const Location* location) { return location->settings.sources.has_value(); });
    return closest != path.end() ? (*closest)->settings.sources->list : std::vector<std::string>();
}

nlohmann::json handed_settings(std::span<const Location* const> path, const PcNames& pc)
{
    auto handed = nlohmann::json::object();
    for (auto& setting : effective_settings(path)) {
        if (setting.name == settings::Sources::name)
            continue; // the menu has said it
        if (setting.name == settings::Hostname::name)
            setting.value = host_name(setting.value.get<std::string>(), pc, *path.front());
        handed[setting.name] = std::move(setting.value);
    }
    return handed;
}

} // namespace farboot::rules
