#pragma once

#include "rootfs/settings/fields.hpp"

namespace farboot::settings
{

/// ["ssh-ed25519 AAAA… anna"]: public keys that open root's account, as a line of authorized_keys without options.
struct SshKeys {
    static constexpr const char* name = "ssh_keys";
    std::vector<std::string> list;
    bool operator==(const SshKeys&) const = default;
    [[nodiscard]] static Parsed<SshKeys> parse(const Json& value);
    [[nodiscard]] Json to_json() const { return list; }
};

} // namespace farboot::settings
