#pragma once

#include "rootfs/record/policy.hpp"
#include "rootfs/record/statement.hpp"

#include <string>

namespace farboot::vmchooser::testing
{

/// A publisher, a server's online key, and the policy that trusts them, as `farboot` would make them.
struct SignedWorld {
    rootfs::SigningKey publisher = rootfs::SigningKey::generate();
    rootfs::SigningKey online = rootfs::SigningKey::generate();
    rootfs::Policy policy = make_policy();

    [[nodiscard]] std::string policy_envelope() const { return seal("policy", policy.to_json(), publisher); }

    [[nodiscard]] static rootfs::VmRecord vm(std::uint64_t image_bytes = 512, std::uint64_t number = 3)
    {
        rootfs::VmRecord record;
        record.header = {{"vm", "tiny"}, number};
        record.title = "Tiny Linux";
        record.image = {sha256(as_bytes("manifest")), 80, image_bytes};
        record.machine = {64, 1, "bios", "", "virtio", "virtio"};
        return record;
    }

    [[nodiscard]] std::string statement(const std::string& nonce, std::vector<rootfs::Statement::Lowest> lowest = {},
                                        std::vector<Digest> revoked = {}) const
    {
        const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
        return seal("statement", rootfs::Statement{nonce, now, std::move(lowest), std::move(revoked)}.to_json(),
                    online);
    }

    [[nodiscard]] static std::string seal(const std::string& type, std::string payload, const rootfs::SigningKey& key)
    {
        rootfs::Envelope envelope{rootfs::payload_type_of(type), std::move(payload), {}};
        envelope.sign(key);
        return envelope.to_json();
    }

private:
    [[nodiscard]] rootfs::Policy make_policy() const
    {
        rootfs::Policy made;
        made.header = {{"policy", "policy"}, 1};
        const auto publisher_id = publisher.public_key().id();
        const auto online_id = online.public_key().id();
        made.keys[publisher_id] = {publisher.public_key(), "publisher"};
        made.keys[online_id] = {online.public_key(), "server"};
        made.roles = {{{"boot", "vm", "gui"}, {"*"}, 1, {publisher_id}},
                      {{"statement"}, {"*"}, 1, {online_id}},
                      {{"policy"}, {"*"}, 1, {publisher_id}}};
        return made;
    }
};

} // namespace farboot::vmchooser::testing
