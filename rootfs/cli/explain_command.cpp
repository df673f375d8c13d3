#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/query.hpp"
#include "rootfs/cli/server_client.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace farboot::rootfs
{

namespace
{

struct ExplainOptions {
    ServerOptions server;
    std::string menu = "preboot";
    std::string pc, address, mac, uuid, user, time, vendor, product, memory_mib, cpu_flags, gpus;
    std::vector<std::string> groups, dhcp;
    bool json = false;
};

std::string path_of(const ExplainOptions& options)
{
    std::string path = "/api/v1/explain?for=" + in_query(options.menu);
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty())
            path += fmt::format("&{}={}", name, in_query(value));
    };
    add("pc", options.pc);
    add("address", options.address);
    add("mac", options.mac);
    add("uuid", options.uuid);
    add("user", options.user);
    add("time", options.time);
    add("vendor", options.vendor);
    add("product", options.product);
    add("memory_mib", options.memory_mib);
    add("cpu_flags", options.cpu_flags);
    add("gpus", options.gpus);
    for (const auto& fact : options.dhcp)
        add("dhcp", fact);
    for (const auto& group : options.groups)
        add("group", group);
    return path;
}

std::string sentence_in(const nlohmann::json& answer, const char* member)
{
    const auto found = answer.find(member);
    return found != answer.end() && found->is_object() ? found->value("sentence", "") : "";
}

Result<void> explain(const ExplainOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    const auto answer = server->get(path_of(options), stop.token());
    if (!answer)
        return std::unexpected(answer.error());
    if (options.json) {
        say_json(*answer);
        return {};
    }
    for (const char* member : {"place", "auto", "default"})
        say(sentence_in(*answer, member));
    for (const auto& entry : answer->value("entries", nlohmann::json::array())) {
        const auto title = entry.value("title", nlohmann::json::object());
        say(fmt::format("{:>6}  {}: {}", entry.value("id", std::uint64_t{0}), title.value("en", ""),
                        entry.value("sentence", "")));
    }
    for (const auto& setting : answer->value("settings", nlohmann::json::array()))
        say(fmt::format("{:>6}  {} = {}: {}", "", setting.value("name", ""),
                        setting.value("value", nlohmann::json()).dump(), setting.value("sentence", "")));
    return {};
}

} // namespace

void add_explain_command(CLI::App& app, Action& chosen)
{
    const auto [command, options] =
        add_command(app, chosen, "explain", "What does a PC show to somebody at some time, and why?", explain);
    command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
    add_credentials(*command, options->server);
    command->add_option("--for", options->menu, "Of the boot menu or of the session's menu")
        ->check(CLI::IsMember({"preboot", "session"}))
        ->capture_default_str();
    command->add_option("--pc", options->pc, "A PC that has been here, by its number: what is known of it counts")
        ->type_name("ID");
    command->add_option("--address", options->address, "The PC's address, IPv4 or IPv6");
    command->add_option("--mac", options->mac, "Of its network card");
    command->add_option("--uuid", options->uuid, "Of its firmware");
    command->add_option("--user", options->user, "Who has logged in");
    command->add_option("--group", options->groups, "A group of his; more than once for more");
    command->add_option("--time", options->time, "In UTC, as 2026-02-10T08:30:00Z; without it, now")->type_name("TIME");
    command->add_option("--vendor", options->vendor, "What the PC says of itself");
    command->add_option("--product", options->product, "The same");
    command->add_option("--memory", options->memory_mib, "Its memory")->type_name("MIB");
    command->add_option("--cpu-flags", options->cpu_flags, "Names of /proc/cpuinfo, with commas between them");
    command->add_option("--gpus", options->gpus,
                        "PCI ids of its graphics cards, such as 10de:1c82, with commas between them");
    command
        ->add_option("--dhcp", options->dhcp,
                     "What DHCP has told it, such as domain=chem.example.org; more than once for more")
        ->type_name("NAME=VALUE");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("Example:\n  farboot explain --address 10.1.12.33 --time 2026-02-10T08:00:00Z \\\n"
                    "      --server https://boot.example.org --ca ca.pem --token-file token\n"
                    "  farboot explain --pc 12 --server https://boot.example.org --ca ca.pem --token-file token");
}

} // namespace farboot::rootfs
