#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/members.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/cli/tus_upload.hpp"

/// Files that go to a server and come back (docs/http-api.md, "Files by tus").
namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

struct UploadOptions {
    ServerOptions server;
    std::uint64_t id = 0;
    std::string file;
    std::string name;
    std::string out;
    bool json = false;
};

using Work = Result<void> (*)(const UploadOptions&, ServerClient&, const std::stop_token&);

std::string path_of(const UploadOptions& options)
{
    return fmt::format("/api/v1/uploads/{}", options.id);
}

std::string line_of(const json& upload)
{
    const auto bytes = number_in(upload, "bytes");
    const auto state = text_in(upload, "state");
    auto line = fmt::format("{:>6}  {:<8}  {:>8}  {:<12}  {}", number_in(upload, "id"), state, bytes_text(bytes),
                            text_in(upload, "owner"), text_in(upload, "name"));
    if (state == "open")
        line += fmt::format("  {} there, goes on {}", bytes_text(number_in(upload, "received")),
                            text_in(upload, "expires"));
    if (state == "refused")
        line += fmt::format("  {}", text_in(upload, "sentence"));
    return line;
}

Result<void> print(const UploadOptions& options, const json& upload)
{
    if (options.json) {
        say_json(upload);
        return {};
    }
    say(line_of(upload));
    if (!text_in(upload, "sha256").empty())
        say(fmt::format("        sha256 {}", text_in(upload, "sha256")));
    return {};
}

Result<void> send(const UploadOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const std::filesystem::path file(options.file);
    const auto sent = send_upload(server, file, options.name.empty() ? file.filename().string() : options.name, stop);
    if (!sent)
        return std::unexpected(sent.error());
    return print(options, *sent);
}

Result<void> list(const UploadOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto all = list_uploads(server, stop);
    if (!all)
        return std::unexpected(all.error());
    if (options.json)
        say_json(*all);
    else
        for (const auto& upload : *all)
            say(line_of(upload));
    return {};
}

Result<void> show(const UploadOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto upload = server.get(path_of(options), stop);
    if (!upload)
        return std::unexpected(upload.error());
    return print(options, *upload);
}

Result<void> remove(const UploadOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto removed =
        server.call({.method = "DELETE", .path = path_of(options), .headers = {{"Tus-Resumable", "1.0.0"}}}, stop);
    if (!removed)
        return std::unexpected(removed.error());
    if (options.json)
        say_json({{"id", options.id}});
    return {};
}

Result<void> fetch(const UploadOptions& options, ServerClient& server, const std::stop_token& stop)
{
    const auto upload = server.get(path_of(options), stop);
    if (!upload)
        return std::unexpected(upload.error());
    if (auto done = fetch_upload(server, *upload, options.out, stop); !done)
        return done;
    return print(options, *upload);
}

/// Does it with the server that the options name.
template <Work work>
Result<void> at_server(const UploadOptions& options)
{
    const StopOnSignal stop;
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    return work(options, *server, stop.token());
}

} // namespace

void add_upload_commands(CLI::App& app, Action& chosen)
{
    auto* group = app.add_subcommand("upload", "Send files to a server, such as the disk of a virtual machine, and "
                                               "fetch them where images are published");
    group->require_subcommand(1);
    group->footer("Whatever ends it, the same command goes on where it was. Examples:\n"
                  "  farboot upload send disk.raw --server https://boot.example.org --ca ca.pem --token-file token\n"
                  "  farboot upload fetch 12 -o disk.raw --server https://boot.example.org --ca ca.pem --token-file "
                  "token\n"
                  "  farboot publish vm --image upload:12 …");
    const auto declare = [&](const char* name, const char* what, Result<void> (*work)(const UploadOptions&)) {
        const auto [command, options] = add_command(*group, chosen, name, what, work);
        command->add_option("--server", options->server.url, "The server, https://…")->type_name("URL")->required();
        add_credentials(*command, options->server);
        command->add_flag("--json", options->json, "Print JSON");
        return std::pair(command, options);
    };
    const auto with_id = [&](const char* name, const char* what, Result<void> (*work)(const UploadOptions&)) {
        const auto declared = declare(name, what, work);
        declared.first->add_option("id", declared.second->id, "The upload's number")->required();
        return declared;
    };
    const auto sent = declare("send", "Send a file, or go on sending it", at_server<send>);
    sent.first->add_option("file", sent.second->file, "The file")->type_name("FILE")->required();
    sent.first->add_option("--name", sent.second->name, "Its name at the server; without it, the file's");
    declare("list", "List those that you may see", at_server<list>);
    with_id("show", "Show one", at_server<show>);
    with_id("remove", "Remove one, complete or not", at_server<remove>);
    const auto fetched = with_id("fetch", "Fetch one that is complete, or go on fetching it", at_server<fetch>);
    fetched.first->add_option("-o,--out", fetched.second->out, "The file to make")->type_name("FILE")->required();
}

} // namespace farboot::rootfs
