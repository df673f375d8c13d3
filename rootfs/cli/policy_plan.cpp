#include "rootfs/cli/policy_plan.hpp"

#include "rootfs/cli/key_file.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace farboot::rootfs
{

namespace
{

Result<void> set_role(Policy& policy, const std::vector<std::string>& types, const std::vector<std::string>& files,
                      std::optional<std::uint32_t> threshold)
{
    auto role = std::ranges::find_if(policy.roles, [&](const PolicyRole& other) {
        return std::ranges::find(other.types, types.front()) != other.types.end();
    });
    if (role == policy.roles.end())
        role = policy.roles.insert(role, PolicyRole{types, {"*"}, 1, {}});
    if (threshold)
        role->threshold = *threshold;
    if (files.empty())
        return {};
    role->keys.clear();
    for (const auto& file : files) {
        const auto key = load_public_key(file);
        if (!key)
            return std::unexpected(key.error());
        const auto id = key->id();
        if (std::ranges::find(role->keys, id) == role->keys.end())
            role->keys.push_back(id);
        policy.keys.try_emplace(id, PolicyKey{*key, std::filesystem::path(file).stem().string()});
    }
    return {};
}

} // namespace

Result<Policy> apply(const PolicyPlan& plan, Policy policy)
{
    for (const auto& done : {set_role(policy, {"boot", "vm", "gui"}, plan.publishers, plan.threshold),
                             set_role(policy, {"statement"}, plan.statement, std::nullopt),
                             set_role(policy, {"policy"}, plan.policy, plan.policy_threshold)})
        if (!done)
            return std::unexpected(done.error());
    std::set<std::string> needed;
    for (const auto& role : policy.roles)
        needed.insert(role.keys.begin(), role.keys.end());
    std::erase_if(policy.keys, [&](const auto& entry) { return !needed.contains(entry.first); });
    return Policy::parse(policy.to_json());
}

} // namespace farboot::rootfs
