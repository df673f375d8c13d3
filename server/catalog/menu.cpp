#include "server/catalog/menu.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::catalog
{

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
    for (const auto id : options.favourites)
        for (const auto& verdict : decision.verdicts)
            if (verdict.shown && verdict.item->id == id)
                add(verdict, true);
    for (const auto& verdict : decision.verdicts)
        if (verdict.shown && std::ranges::find(options.favourites, verdict.item->id) == options.favourites.end())
            add(verdict, false);
    text += "],";
    text += std::string_view(rest.dump(-1, ' ', false, json::error_handler_t::replace)).substr(1);
    return text;
}

} // namespace farboot::catalog
