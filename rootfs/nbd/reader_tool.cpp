/// farboot-reader(1): talks to a reader's control socket, and attaches what it serves.
#include "rootfs/base/stop_on_signal.hpp"
#include "rootfs/image/trace.hpp"
#include "rootfs/nbd/control_client.hpp"
#include "rootfs/nbd/kernel_device.hpp"
#include "rootfs/nbd/metrics.hpp"
#include "rootfs/system/pc_session.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace
{

using Json = nlohmann::json;
using namespace farboot;

Result<Json> ask(const std::string& socket, const Json& command)
{
    const auto line = rootfs::ask_reader(socket, command.dump());
    if (!line)
        return std::unexpected(line.error());
    auto answer = Json::parse(*line, nullptr, false);
    if (!answer.is_object())
        return fail("answer-malformed", "The reader's answer on {} is not JSON.", socket);
    if (answer.value("ok", false))
        return answer;
    return std::unexpected(Error{answer.value("reason", "unknown"), answer.value("sentence", "The reader refused.")});
}

int show(const Result<Json>& answer, bool bytes)
{
    if (!answer) {
        fmt::print(stderr, "farboot-reader: {} ({})\n", answer.error().sentence, answer.error().reason);
        return 1;
    }
    if (!bytes) {
        fmt::print("{}\n", answer->dump(2));
        return 0;
    }
    std::uint64_t sum = 0;
    for (const auto& item : answer->at("exports"))
        sum += item.at("fetched_bytes").get<std::uint64_t>();
    fmt::print("{}\n", sum);
    return 0;
}

int show_metrics(const Result<Json>& answer, const std::string& socket)
{
    if (!answer)
        return show(answer, false);
    fmt::print("{}", rootfs::to_prometheus(*answer, socket));
    return 0;
}

/// Prints the trace with its labels, which the reader does not know.
int show_trace(const Result<Json>& answer, const std::string& hardware, const std::string& session)
{
    if (!answer)
        return show(answer, false);
    auto trace = rootfs::Trace::parse(answer->value("trace", ""));
    if (!trace) {
        fmt::print(stderr, "farboot-reader: {} ({})\n", trace.error().sentence, trace.error().reason);
        return 1;
    }
    trace->hardware = hardware;
    trace->session = session;
    fmt::print("{}", trace->to_text());
    return 0;
}

/// Makes the image that a reader serves on a socket a block device.
Result<void> attach(const std::string& socket, const std::string& path, bool again)
{
    const auto device = rootfs::KernelDevice::named(path);
    if (!device)
        return std::unexpected(device.error());
    const auto connection = rootfs::NbdConnection::open(socket);
    if (!connection)
        return std::unexpected(connection.error());
    return again ? device->attach_again(*connection) : device->attach(*connection);
}

/// Says why this PC has no session, if it should have one; the reader goes on without.
int begin_session(const std::string& folder)
{
    const rootfs::StopOnSignal stop;
    const auto begun = rootfs::begin_session_for_root(folder, stop.token());
    if (!begun)
        fmt::print(stderr, "farboot-reader: {} ({})\n", begun.error().sentence, begun.error().reason);
    return begun ? 0 : 1;
}

std::string check_label(const std::string& text)
{
    return rootfs::is_trace_label(text) ? "" : "a label is up to 80 printable ASCII characters";
}

int run(int argc, char** argv)
{
    CLI::App app("Asks a Farboot reader what it does, and tells it what to serve.");
    std::string socket = "/run/farboot-reader/control.sock";
    std::string nbd_socket;
    std::string device;
    std::string file;
    std::string name;
    std::string hardware;
    std::string session;
    std::string handed;
    bool bytes = false;
    bool again = false;
    bool pin = false;
    app.add_option("--socket", socket, "The reader's control socket")->capture_default_str();
    app.require_subcommand(1);
    const auto* status = app.add_subcommand("status", "Print what the reader has done, as JSON");
    app.get_subcommand("status")->add_flag("--bytes", bytes, "Only the sum of bytes fetched from the network");
    const auto* metrics = app.add_subcommand("metrics", "Print the counters of status for Prometheus");
    const auto* add = app.add_subcommand("add", "Serve the image of a signed record; prints the export's name");
    app.get_subcommand("add")
        ->add_option("record", file, "The record's envelope")
        ->required()
        ->check(CLI::ExistingFile);
    app.get_subcommand("add")->add_flag("--pin", pin, "Bring all of it onto the local disk, and keep it there (root)");
    app.add_subcommand("remove", "Serve an image no longer")
        ->add_option("export", name, "As printed by add")
        ->required();
    auto* trace = app.add_subcommand("trace", "Print what was read of an image, in order: farboot profile wants it");
    trace->add_option("export", name, "The export; not needed if there is only one");
    trace->add_option("--hardware", hardware, "What PC this is, for the trace's head")->check(check_label);
    trace->add_option("--session", session, "What was started on it")->check(check_label);
    auto* attaching = app.add_subcommand("attach", "Make the image on a reader's NBD socket a block device (root)");
    attaching->add_option("nbd-socket", nbd_socket, "The reader's NBD socket")->required();
    attaching->add_option("device", device, "/dev/nbd0, …")->required();
    attaching->add_flag("--again", again, "The device was attached before, and its reader has ended");
    attaching->footer("Example:\n  farboot-reader attach /run/farboot-reader/nbd.sock /dev/nbd1");
    auto* beginning =
        app.add_subcommand("begin", "Begin this PC's session with what was handed over (root, initramfs)");
    beginning->add_option("folder", handed, "With server.json, ca.pem, record.dsse and boot-token")->required();
    CLI11_PARSE(app, argc, argv);

    if (beginning->parsed())
        return begin_session(handed);
    if (attaching->parsed()) {
        const auto done = attach(nbd_socket, device, again);
        if (!done)
            fmt::print(stderr, "farboot-reader: {} ({})\n", done.error().sentence, done.error().reason);
        return done ? 0 : 1;
    }
    Json command{{"version", 1}};
    if (status->parsed()) {
        command["command"] = "status";
    } else if (metrics->parsed()) {
        command["command"] = "status";
        return show_metrics(ask(socket, command), socket);
    } else if (add->parsed()) {
        std::ifstream input(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(input), {}};
        command["command"] = "add";
        command["record"] = Json::parse(text, nullptr, false);
        if (pin)
            command["pin"] = true;
    } else if (trace->parsed()) {
        command["command"] = "trace";
        if (!name.empty())
            command["export"] = name;
        return show_trace(ask(socket, command), hardware, session);
    } else {
        command["command"] = "remove";
        command["export"] = name;
    }
    return show(ask(socket, command), bytes);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "farboot-reader: {}\n", error.what());
        return 1;
    }
}
