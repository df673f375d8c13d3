#include "tests/unit/server/catalog/signers.hpp"

#include "rootfs/record/envelope.hpp"
#include "rootfs/record/policy.hpp"
#include "rootfs/record/record.hpp"

namespace farboot::test
{

std::string Signers::envelope(const std::string& type, const std::string& payload, const rootfs::SigningKey& key)
{
    rootfs::Envelope envelope{rootfs::payload_type_of(type), payload, {}};
    envelope.sign(key);
    return envelope.to_json();
}

std::string Signers::policy(std::uint64_t number) const
{
    const auto publisher_id = publisher.public_key().id();
    const auto online_id = online.public_key().id();
    rootfs::Policy policy{
        .header = {{"policy", "policy"}, number},
        .keys = {{publisher_id, {publisher.public_key(), "publisher"}}, {online_id, {online.public_key(), "server"}}},
        .roles = {{{"boot", "vm", "gui"}, {"*"}, 1, {publisher_id}},
                  {{"policy"}, {"*"}, 1, {publisher_id}},
                  {{"statement"}, {"*"}, 1, {online_id}}}};
    return envelope("policy", policy.to_json(), publisher);
}

std::string Signers::boot(const std::string& series, std::uint64_t number) const
{
    rootfs::BootRecord record;
    record.header = {{"boot", series}, number};
    record.title = series + " title";
    record.kernel = {sha256(as_bytes("kernel")), 6};
    record.initramfs = {{sha256(as_bytes("initramfs")), 9}};
    record.cmdline = "quiet";
    return envelope("boot", record.to_json(), publisher);
}

std::string Signers::gui(const std::string& series, std::uint64_t number) const
{
    rootfs::GuiRecord record;
    record.header = {{"gui", series}, number};
    record.title = "layer";
    record.image = {sha256(as_bytes("manifest")), 80, 4096};
    return envelope("gui", record.to_json(), publisher);
}

} // namespace farboot::test
