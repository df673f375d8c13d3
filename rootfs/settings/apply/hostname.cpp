#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

Result<void> apply(const Hostname& hostname, Machine& machine)
{
    const auto& name = hostname.text;
    if (auto written = machine.write("/etc/hostname", name + "\n"); !written)
        return written;
    const auto dot = name.find('.');
    const auto names = dot == name.npos ? name : name + " " + name.substr(0, dot);
    // Programs look their own host up; no name server may know it.
    if (auto written = machine.write_block("/etc/hosts", "127.0.1.1 " + names + "\n"); !written)
        return written;
    return machine.set_host_name(name);
}

} // namespace farboot::settings
