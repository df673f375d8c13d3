#include "rootfs/cli/audience_options.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::rootfs
{

Result<void> AudienceOptions::apply(nlohmann::json& location) const
{
    if (empty())
        return {};
    auto audiences = location.value("audiences", nlohmann::json::array());
    if (!audiences.is_array())
        return fail("usage",
                    "The location's \"audiences\" are no list of names, so that none can be added or removed.");
    for (const auto& name : removed) {
        const auto found = std::ranges::find(audiences, nlohmann::json(name));
        if (found == audiences.end())
            return fail("usage", "The location does not have the audience {}, so that it cannot be removed.", name);
        audiences.erase(found);
    }
    for (const auto& name : added)
        if (std::ranges::find(audiences, nlohmann::json(name)) == audiences.end())
            audiences.push_back(name);
    location["audiences"] = std::move(audiences);
    return {};
}

void add_audience_options(CLI::App& command, AudienceOptions& options, bool removing)
{
    command
        .add_option("--audience", options.added,
                    "Its enrolled PCs may read this audience's images; more than once for more")
        ->type_name("NAME")
        ->allow_extra_args(false);
    if (removing)
        command.add_option("--remove-audience", options.removed, "They may not any longer; more than once for more")
            ->type_name("NAME")
            ->allow_extra_args(false);
}

} // namespace farboot::rootfs
