#include "server/people/rights.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::people;
    const auto json = nlohmann::json::parse(data, data + size, nullptr, false);
    const auto rights = parse_grants(json, "scope");
    if (!rights)
        return 0;
    const auto again = parse_grants(nlohmann::json::parse(rights->to_json().dump()), "scope");
    if (!again || again->grants() != rights->grants())
        std::abort();
    // Whoever has rights has all of them himself; whoever has none lacks what there is.
    const PathOf path_of = [](std::int64_t location) { return std::vector{location}; };
    bool any = false;
    for (const auto& grant : rights->grants())
        any = any || !grant.rights.empty();
    if (rights->lacks_of(*rights, path_of) || Rights().lacks_of(*rights, path_of).has_value() != any)
        std::abort();
    return 0;
}
