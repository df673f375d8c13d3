#pragma once

#include "rootfs/record/envelope.hpp"
#include "rootfs/record/record.hpp"

#include <map>
#include <string>
#include <vector>

namespace farboot::rootfs
{

struct PolicyKey {
    PublicKey key;
    std::string name; ///< for people
    bool operator==(const PolicyKey&) const = default;
};

struct PolicyRole {
    std::vector<std::string> types;
    std::vector<std::string> series; ///< names, or "*"
    std::uint32_t threshold = 1;     ///< distinct keys, at least 1, at most keys.size()
    std::vector<std::string> keys;   ///< key ids
    bool operator==(const PolicyRole&) const = default;
};

/// Whom to trust for what (docs/records.md).
struct Policy {
    RecordHeader header;
    std::map<std::string, PolicyKey> keys; ///< by key id
    std::vector<PolicyRole> roles;

    bool operator==(const Policy&) const = default;

    /// Checks that ids fit their keys, roles name known keys, and a statement key has no other role.
    [[nodiscard]] static Result<Policy> parse(std::string_view payload);
    [[nodiscard]] std::string to_json() const;

    /// A policy that a program was given as its root of trust: parses the envelope and checks that it is signed as its
    /// own `policy` role demands, which proves that it is whole, not that it is ours. Trust comes from where the file
    /// lies.
    [[nodiscard]] static Result<Policy> load_pinned(std::string_view envelope_json);

    /// The payload of an envelope if it is accepted: the order and the reasons of docs/records.md, up to
    /// series-mismatch. Nothing of the payload is used before its signatures are good.
    [[nodiscard]] Result<std::string> open(const Envelope& envelope, const RecordName& wanted) const;

    /// The next policy, if this one accepts it: its number is exactly one higher. Reasons: as open(), record-malformed,
    /// number-too-low, number-gap.
    [[nodiscard]] Result<Policy> succeed(const Envelope& next) const;
};

} // namespace farboot::rootfs
