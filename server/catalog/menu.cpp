#include "server/catalog/menu.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace farboot::catalog
{

namespace
{

/// What is shown, in the menu's order, except that those of a group stand together where the first of them does.
std::vector<const rules::Verdict*> in_groups(const Snapshot& snapshot, const rules::Decision& decision)
{
    const auto* first = snapshot.rules->catalog().items.data();
    const auto group_of = [&](const rules::Verdict& verdict) -> const std::string& {
        return snapshot.entries[static_cast<std::size_t>(verdict.item - first)].group.en;
    };
    std::vector<std::vector<const rules::Verdict*>> parts;
    std::unordered_map<std::string_view, std::size_t> known;
    for (const auto& verdict : decision.verdicts) {
        if (!verdict.shown)
            continue;
        const auto& group = group_of(verdict);
        const auto [part, fresh] = known.try_emplace(group, parts.size());
        if (fresh || group.empty())
            parts.push_back({&verdict});
        else
            parts[part->second].push_back(&verdict);
    }
    std::vector<const rules::Verdict*> result;
    for (const auto& part : parts)
        result.insert(result.end(), part.begin(), part.end());
    return result;
}

} // namespace

std::string menu(const Snapshot& snapshot, const rules::Question& question, const MenuOptions& options)
{
    using nlohmann::json;
    const auto decision = snapshot.rules->decide(question);
    json automatic = nullptr;
    if (decision.automatic)
        automatic = {{"id", decision.automatic->id}, {"seconds", decision.seconds}};
    json sources = json::array();
    for (const auto& url : options.sources)
        sources.push_back({{"url", url}});
    const rootfs::RecordName gui{"gui", options.gui};
    json rest{{"version", 1},
              {"revision", snapshot.revision},
              {"auto", std::move(automatic)},
              {"default", decision.preselect ? json(decision.preselect->id) : json(nullptr)},
              {"gui", snapshot.number_of(gui) ? json(gui.text()) : json(nullptr)},
              {"sources", std::move(sources)},
              {"policy", snapshot.number_of({"policy", "policy"})}};
    if (!options.tokens.empty())
        rest["tokens"] = options.tokens;
    if (options.login)
        rest["login"] = true;
    if (!options.person.empty())
        rest["person"] = {{"name", options.person}, {"full_name", options.person_name}};
    std::string text = "{\"entries\":[";
    const auto* first = snapshot.rules->catalog().items.data();
    bool more = false;
    const auto add = [&](const rules::Verdict& verdict, bool favourite) {
        text += more ? "," : "";
        text += snapshot.menu_entries[static_cast<std::size_t>(verdict.item - first)];
        more = true;
        if (favourite)
            text.replace(text.size() - 1, 1, ",\"favourite\":true}");
    };
    const auto shown = in_groups(snapshot, decision);
    for (const auto id : options.favourites)
        for (const auto* verdict : shown)
            if (verdict->item->id == id)
                add(*verdict, true);
    for (const auto* verdict : shown)
        if (std::ranges::find(options.favourites, verdict->item->id) == options.favourites.end())
            add(*verdict, false);
    text += "],";
    text += std::string_view(rest.dump(-1, ' ', false, json::error_handler_t::replace)).substr(1);
    return text;
}

} // namespace farboot::catalog
