#include "rootfs/cli/export_plan.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace farboot::rootfs
{

namespace
{

/// nbdkit wants absolute paths of a plugin's files.
std::string absolute(const std::string& path)
{
    return std::filesystem::absolute(path).lexically_normal().string();
}

/// An IPv6 address in brackets, as URIs want it.
std::string in_uri(const std::string& host)
{
    return host.contains(':') ? "[" + host + "]" : host;
}

} // namespace

bool ExportPlan::is_local() const
{
    return !socket.empty() || listen == "localhost" || listen == "::1" || listen.starts_with("127.");
}

std::vector<std::string> nbdkit_command(const ExportPlan& plan)
{
    std::vector<std::string> command{"nbdkit", "--foreground", "--readonly"};
    if (plan.socket.empty())
        command.insert(command.end(), {"--ipaddr", plan.listen, "--port", std::to_string(plan.port)});
    else
        command.insert(command.end(), {"--unix", absolute(plan.socket)});
    if (!plan.pid_file.empty())
        command.insert(command.end(), {"--pidfile", absolute(plan.pid_file)});
    // Otherwise nbdkit would offer TLS by itself if it found certificates in a folder of its own.
    if (plan.tls_folder.empty())
        command.emplace_back("--tls=off");
    else
        command.insert(command.end(),
                       {"--tls=require", "--tls-certificates=" + absolute(plan.tls_folder), "--tls-verify-peer"});
    command.push_back(plan.plugin);
    command.push_back("policy=" + absolute(plan.policy));
    for (const auto& record : plan.records)
        command.push_back("record=" + absolute(record));
    for (const auto& store : plan.stores)
        command.push_back("source=" + store);
    if (!plan.ca_file.empty())
        command.push_back("ca=" + absolute(plan.ca_file));
    command.push_back(fmt::format("cache={}", plan.cache_mib));
    if (!plan.disk_cache.empty())
        command.insert(command.end(), {"disk-cache=" + absolute(plan.disk_cache),
                                       fmt::format("disk-cache-size={}", plan.disk_cache_mib)});
    command.push_back(fmt::format("give-up={}", plan.give_up_seconds));
    return command;
}

std::vector<std::string> client_commands(const ExportPlan& plan, const std::string& host, const std::string& name)
{
    const bool tls = !plan.tls_folder.empty();
    const auto socket = plan.socket.empty() ? "" : absolute(plan.socket);
    const auto place = socket.empty() ? fmt::format("{}:{}/{}", in_uri(host), plan.port, name) : "/" + name;
    // A client's certificate lies in a folder that libnbd and QEMU read in the same way.
    const auto uri = socket.empty() ? fmt::format("{}://{}{}", tls ? "nbds" : "nbd", place,
                                                  tls ? "?tls-certificates=$PWD/client" : "")
                                    : fmt::format("{}://{}?socket={}{}", tls ? "nbds+unix" : "nbd+unix", place, socket,
                                                  tls ? "&tls-certificates=$PWD/client" : "");
    const auto server = socket.empty() ? fmt::format("server.type=inet,server.host={},server.port={}", host, plan.port)
                                       : fmt::format("server.type=unix,server.path={}", socket);
    const auto qemu = fmt::format("{}-drive snapshot=on,if=virtio,driver=nbd,{},export={}{}",
                                  tls ? "-object tls-creds-x509,id=tls0,endpoint=client,dir=client " : "", server, name,
                                  tls ? ",tls-creds=tls0" : "");
    const auto kernel = fmt::format(
        "{} /dev/nbd0 -N {} -R{}", socket.empty() ? fmt::format("{} {}", host, plan.port) : "-unix " + socket, name,
        tls ? fmt::format(" -enable-tls -cacertfile client/ca-cert.pem -certfile client/client-cert.pem"
                          " -keyfile client/client-key.pem -tlshostname {}",
                          host)
            : "");
    return {
        fmt::format("nbdinfo \"{}\"", uri),
        fmt::format("nbdcopy \"{}\" disk.img", uri),
        fmt::format("qemu-system-x86_64 -m 2048 {}", qemu),
        fmt::format("nbd-client {}", kernel),
    };
}

} // namespace farboot::rootfs
