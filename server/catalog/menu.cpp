#include "server/catalog/menu.hpp"

#include <nlohmann/json.hpp>

namespace farboot::catalog
{

nlohmann::json menu(const Snapshot& snapshot, const MenuOptions& options)
{
    using nlohmann::json;
    json entries = json::array();
    json automatic = nullptr;
    for (const auto& entry : snapshot.entries) {
        const auto number = snapshot.number_of(entry.record);
        if (!entry.visible || entry.kind != options.kind || number == 0)
            continue;
        entries.push_back(menu_json(entry, number));
        if (entry.auto_seconds)
            automatic = {{"id", entry.id}, {"seconds", *entry.auto_seconds}};
    }
    json sources = json::array();
    for (const auto& url : options.sources)
        sources.push_back({{"url", url}});
    const rootfs::RecordName gui{"gui", options.gui};
    return {{"version", 1},
            {"revision", snapshot.revision},
            {"entries", std::move(entries)},
            {"auto", std::move(automatic)},
            {"gui", snapshot.number_of(gui) ? json(gui.text()) : json(nullptr)},
            {"sources", std::move(sources)},
            {"policy", snapshot.number_of({"policy", "policy"})}};
}

} // namespace farboot::catalog
