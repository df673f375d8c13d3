#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/password_input.hpp"
#include "rootfs/cli/server_client.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

struct PasswordOptions {
    ServerOptions server;
    std::uint64_t id = 0;
};

Result<void> set_password(const PasswordOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    const auto password = read_password("New password: ");
    if (!password)
        return std::unexpected(password.error());
    const auto set = server->change("PUT", fmt::format("/api/v1/users/{}/password", options.id),
                                    {{"password", *password}}, "", stop.token());
    if (!set)
        return std::unexpected(set.error());
    note("The password holds from now on; the user's sessions have ended.");
    return {};
}

} // namespace

void add_password_command(CLI::App& app, Action& chosen)
{
    auto* group = app.get_subcommand("user");
    const auto [command, options] =
        add_command(*group, chosen, "password",
                    "Set a user's password, asked for on the terminal, or one line of standard input", set_password);
    command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
    add_credentials(*command, options->server);
    command->add_option("id", options->id, "The user's number")->required();
    command->footer("Example:\n"
                    "  farboot user password 7 --server https://boot.example.org --ca ca.pem --token-file token");
}

} // namespace farboot::rootfs
