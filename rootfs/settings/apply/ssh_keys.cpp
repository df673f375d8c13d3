#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

Result<void> apply(const SshKeys& keys, Machine& machine)
{
    std::string lines;
    for (const auto& key : keys.list)
        lines += key + "\n";
    return machine.write_block("/root/.ssh/authorized_keys", lines, 0600);
}

} // namespace farboot::settings
