#pragma once

#include "rootfs/record/policy.hpp"

#include <optional>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Who is to be trusted for what, as the command line says it: key files, by role. Empty: the role stays as it is.
struct PolicyPlan {
    std::vector<std::string> publishers;    ///< of boot, vm and gui records
    std::optional<std::uint32_t> threshold; ///< of publishers
    std::vector<std::string> statement;     ///< the server's online keys
    std::vector<std::string> policy;        ///< who signs the next policy
    std::optional<std::uint32_t> policy_threshold;
};

/// The policy with the plan's roles in place of its own; keys that no role needs any more are gone. Reasons: those of
/// load_public_key(), and record-malformed (a threshold above the number of keys, a statement key with another role …).
[[nodiscard]] Result<Policy> apply(const PolicyPlan& plan, Policy policy);

} // namespace farboot::rootfs
