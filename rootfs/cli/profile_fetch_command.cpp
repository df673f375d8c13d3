#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/profile_command.hpp"
#include "rootfs/cli/server_client.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/trace.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

struct FetchOptions {
    ServerOptions server;
    std::string image;
    std::string folder;
    bool json = false;
};

std::int64_t id_in(const json& row)
{
    const auto id = row.is_object() ? row.find("id") : row.end();
    return row.is_object() && id != row.end() && id->is_number_integer() ? id->get<std::int64_t>() : 0;
}

/// The numbers of all traces there.
Result<std::vector<std::int64_t>> list(ServerClient& server, const std::string& image, const std::stop_token& stop)
{
    std::vector<std::int64_t> ids;
    for (std::int64_t after = 0;;) {
        const auto page = server.get(fmt::format("/api/v1/traces?after={}&manifest={}", after, image), stop);
        if (!page)
            return std::unexpected(page.error());
        for (const auto& row : page->value("traces", json::array()))
            ids.push_back(id_in(row));
        const auto next = page->value("next", json());
        if (!next.is_number_integer() || next.get<std::int64_t>() <= after)
            return ids;
        after = next.get<std::int64_t>();
    }
}

/// Writes one trace; gives its file. What a server sends is checked like any other trace.
Result<std::string> fetch_one(ServerClient& server, std::int64_t id, const FetchOptions& options,
                              const std::stop_token& stop)
{
    const auto row = server.get(fmt::format("/api/v1/traces/{}", id), stop);
    if (!row)
        return std::unexpected(row.error());
    const auto text = row->value("trace", json());
    const auto trace = Trace::parse(text.is_string() ? text.get_ref<const std::string&>() : "");
    if (!trace)
        return fail(trace.error().reason, "The server's trace {}: {}", id, trace.error().sentence);
    const auto file =
        std::filesystem::path(options.folder) / fmt::format("{}-{}.csv", trace->manifest.hex().substr(0, 12), id);
    if (auto written = write_file(file.string(), as_bytes(trace->to_text())); !written)
        return std::unexpected(written.error());
    return file.string();
}

Result<void> fetch(const FetchOptions& options)
{
    const StopOnSignal stop;
    std::string image;
    if (!options.image.empty()) {
        const auto digest = Digest::from_hex(options.image);
        if (!digest)
            return fail("usage", "\"{}\" is not an image: it is named by the 64 digits of its manifest.",
                        options.image);
        image = digest->hex();
    }
    auto server = ServerClient::create(options.server);
    if (!server)
        return std::unexpected(server.error());
    std::error_code error;
    std::filesystem::create_directories(options.folder, error);
    if (error)
        return fail("io", "The folder {} cannot be made: {}.", options.folder, error.message());
    const auto ids = list(*server, image, stop.token());
    if (!ids)
        return std::unexpected(ids.error());
    auto files = json::array();
    for (const auto id : *ids) {
        const auto file = fetch_one(*server, id, options, stop.token());
        if (!file && file.error().reason == "http-404") // a newer one has taken its place meanwhile
            continue;
        if (!file)
            return std::unexpected(file.error());
        files.push_back(*file);
        if (!options.json)
            say(*file);
    }
    if (options.json)
        say_json(files);
    else if (files.empty())
        note("The server has no traces: they come from enrolled PCs that have started a system.");
    return {};
}

} // namespace

void add_fetch_command(CLI::App& group, Action& chosen)
{
    const auto [command, options] = add_command(
        group, chosen, "fetch", "Fetch the traces that enrolled PCs have sent to a server; prints their files", fetch);
    command->add_option("image", options->image, "Only those of this image, by its manifest's digest");
    command->add_option("-o,--output", options->folder, "Folder for the traces")->type_name("DIR")->required();
    add_server_options(*command, options->server);
    command->get_option("--server")->required();
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("Example:\n  farboot profile fetch -o traces --server https://boot.example --token-file token\n"
                    "  farboot profile make traces/*.csv --store /srv/farboot/store");
}

} // namespace farboot::rootfs
