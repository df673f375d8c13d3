#pragma once

#include "rootfs/record/policy.hpp"
#include "rootfs/record/statement.hpp"

#include <gmock/gmock.h>

#include <initializer_list>
#include <string>

/// Keys, policies and records that the tests vary.
namespace farboot::rootfs::sample
{

/// A failed Result with this reason, whose sentence has `part` in it.
MATCHER_P2(Refused, reason, part, "")
{
    if (arg.has_value()) {
        *result_listener << "it was accepted";
        return false;
    }
    *result_listener << arg.error().reason << ": " << arg.error().sentence;
    return arg.error().reason == reason && arg.error().sentence.find(part) != std::string::npos;
}

inline PolicyRole role(std::string type, std::string series, std::uint32_t threshold,
                       std::initializer_list<const SigningKey*> keys)
{
    PolicyRole role{{std::move(type)}, {std::move(series)}, threshold, {}};
    for (const SigningKey* key : keys)
        role.keys.push_back(key->public_key().id());
    return role;
}

inline Policy policy(std::initializer_list<const SigningKey*> keys, std::vector<PolicyRole> roles,
                     std::uint64_t number = 1)
{
    Policy policy;
    policy.header = {{"policy", "policy"}, number};
    for (const SigningKey* key : keys) {
        PublicKey known = key->public_key();
        policy.keys[known.id()] = {known, "key " + known.id().substr(0, 4)};
    }
    policy.roles = std::move(roles);
    return policy;
}

inline BootRecord boot_record(std::string series = "debian-desktop", std::uint64_t number = 3)
{
    BootRecord record;
    record.header = {{"boot", std::move(series)}, number};
    record.title = "Debian 12 – Büro";
    record.kernel = {sha256(as_bytes("kernel")), 8'249'664};
    record.initramfs = {{sha256(as_bytes("initramfs")), 31'457'280}};
    record.cmdline = "quiet";
    record.image = ImageRef{sha256(as_bytes("root")), 9240, 601'882'624};
    record.data = {{"settings.json", 65'536}};
    record.offline_days = 7;
    return record;
}

inline Envelope envelope(std::string_view type, std::string payload, std::initializer_list<const SigningKey*> keys)
{
    Envelope envelope{payload_type_of(type), std::move(payload), {}};
    for (const SigningKey* key : keys)
        envelope.sign(*key);
    return envelope;
}

} // namespace farboot::rootfs::sample
