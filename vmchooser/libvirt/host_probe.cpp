#include "vmchooser/libvirt/host_probe.hpp"

#include <QStandardPaths>

#include <charconv>
#include <fstream>
#include <sstream>
#include <thread>

namespace farboot::vmchooser
{

namespace
{

std::uint64_t mib_of(std::string_view meminfo, std::string_view label)
{
    const auto at = meminfo.find(label);
    if (at == std::string_view::npos)
        return 0;
    auto rest = meminfo.substr(at + label.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    std::uint64_t kib = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), kib);
    return kib / 1024;
}

} // namespace

std::uint64_t available_mib(std::string_view meminfo)
{
    return mib_of(meminfo, "MemAvailable:");
}

std::uint64_t total_mib(std::string_view meminfo)
{
    return mib_of(meminfo, "MemTotal:");
}

HostFacts probe_host(Accelerator accelerator)
{
    std::ostringstream meminfo;
    meminfo << std::ifstream("/proc/meminfo").rdbuf();
    HostFacts host;
    host.accelerator = accelerator;
    host.free_memory_mib = available_mib(meminfo.view());
    host.memory_mib = total_mib(meminfo.view());
    host.cpus = std::thread::hardware_concurrency();
    // libvirt prepares the emulator's state by the second, which Debian has in a package of its own (swtpm-tools).
    host.tpm_emulator =
        !QStandardPaths::findExecutable("swtpm").isEmpty() && !QStandardPaths::findExecutable("swtpm_setup").isEmpty();
    return host;
}

} // namespace farboot::vmchooser
