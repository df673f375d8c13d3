#include "rootfs/cli/child_program.hpp"
#include "rootfs/cli/command.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/export_plan.hpp"
#include "rootfs/cli/record_file.hpp"
#include "rootfs/fetch/http.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/manifest.hpp"
#include "rootfs/record/verified_image.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::chrono::seconds retry_wait{5};

/// A store is read as clients read it, over the network, whatever machine it is on.
Result<void> check_stores(const ExportPlan& plan)
{
    for (const auto& store : plan.stores)
        if (!store.starts_with("https://") && !store.starts_with("http://"))
            return fail("usage",
                        "--store {}: a store is read from its address, such as https://boot.example.org/store; "
                        "farboot-server or any other web server serves a folder. To write an image out of a folder, "
                        "use farboot image export.",
                        store);
    return {};
}

Result<std::vector<VerifiedImage>> load_images(const ExportPlan& plan)
{
    const auto text = read_file(plan.policy, max_envelope_file);
    if (!text)
        return std::unexpected(text.error());
    const auto policy = Policy::load_pinned(*text);
    if (!policy)
        return fail(policy.error().reason, "The policy {} cannot be used: {}", plan.policy, policy.error().sentence);
    std::vector<VerifiedImage> images;
    for (const auto& file : plan.records) {
        const auto record = read_file(file, max_envelope_file);
        if (!record)
            return std::unexpected(record.error());
        auto image = verify_image(*policy, *record);
        if (!image)
            return fail(image.error().reason, "The record {} cannot be exported: {}", file, image.error().sentence);
        images.push_back(std::move(*image));
    }
    return images;
}

/// Does this store have the image? It is asked as the reader will ask it, so that what is wrong with the store, its
/// address or its certificate is known now, and not when a client waits.
Result<void> look_for(HttpClient& http, const std::string& store, const VerifiedImage& image)
{
    if (!image.image.audience.empty())
        return fail("audience-refused", "The image of {} is for the audience {} alone: it is not exported.",
                    image.header.name.text(), image.image.audience);
    if (auto good = ManifestRoot::check(image.image); !good)
        return good;
    HttpRequest request;
    request.url =
        fmt::format("{}/v1/manifests/{}", store.substr(0, store.find_last_not_of('/') + 1), image.image.manifest.hex());
    request.range = {0, image.image.root_bytes};
    request.max_body = image.image.root_bytes;
    const auto answer = http.fetch_ok(std::move(request));
    if (!answer && answer.error().reason == "http-404")
        return fail("not-found", "The store {} does not have the image of {}. Is it the store where it was published?",
                    store, image.export_name());
    if (!answer)
        return fail(answer.error().reason, "The store {} cannot be read. {}", store, answer.error().sentence);
    const auto root = ManifestRoot::parse(as_bytes(answer->body), image.image);
    return root ? Result<void>() : std::unexpected(root.error());
}

/// Each image must be in one of the stores.
Result<void> look_for_all(HttpClient& http, const ExportPlan& plan, const std::vector<VerifiedImage>& images)
{
    for (const auto& image : images) {
        Result<void> found;
        for (const auto& store : plan.stores)
            if (found = look_for(http, store, image); found)
                break;
        if (!found)
            return found;
    }
    return {};
}

/// The same; with --wait it asks until a store answers well, for an export that is started with the machine.
Result<void> find_images(const ExportPlan& plan, const std::vector<VerifiedImage>& images)
{
    HttpClient http({plan.ca_file, true});
    std::string said;
    while (true) {
        auto found = look_for_all(http, plan, images);
        if (found || !plan.wait)
            return found;
        if (found.error().sentence != said)
            note(fmt::format("farboot: {} Trying again.", said = found.error().sentence));
        std::this_thread::sleep_for(retry_wait);
    }
}

/// nbdkit would say the same of these files, in the words of its TLS library.
Result<void> check_certificates(const std::string& folder)
{
    for (const auto* name : {"ca-cert.pem", "server-cert.pem", "server-key.pem"})
        if (const auto file = folder + "/" + name; ::access(file.c_str(), R_OK) != 0)
            return fail("io",
                        "{} cannot be read ({}). A folder of certificates has ca-cert.pem, server-cert.pem and "
                        "server-key.pem; farboot(1) says how to make them.",
                        file, std::strerror(errno));
    return {};
}

Error taken(const ExportPlan& plan, int error)
{
    if (!plan.socket.empty())
        return {"io", fmt::format("{} is there already. If no program serves it any more, remove it.", plan.socket)};
    if (error == EADDRINUSE)
        return {"io", fmt::format("Another program uses port {} of {}. Choose another one with --port.", plan.port,
                                  plan.listen)};
    return {"io", fmt::format("Port {} of {} cannot be used: {}.", plan.port, plan.listen, std::strerror(error))};
}

/// Is the place free on which nbdkit will listen?
Result<void> check_place(const ExportPlan& plan)
{
    if (!plan.socket.empty()) {
        if (plan.socket.size() >= sizeof(sockaddr_un::sun_path))
            return fail("io", "{} is too long for a socket.", plan.socket);
        return ::access(plan.socket.c_str(), F_OK) == 0 ? Result<void>(std::unexpected(taken(plan, EADDRINUSE)))
                                                        : Result<void>();
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* list = nullptr;
    if (const int error = ::getaddrinfo(plan.listen.c_str(), std::to_string(plan.port).c_str(), &hints, &list);
        error != 0)
        return fail("io", "--listen {}: {}.", plan.listen, ::gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
    for (const auto* item = list; item != nullptr; item = item->ai_next) {
        const int probe = ::socket(item->ai_family, item->ai_socktype, item->ai_protocol);
        if (probe < 0)
            continue; // a machine without IPv6
        const int yes = 1;
        ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (item->ai_family == AF_INET6) // as nbdkit does: IPv4 has a socket of its own
            ::setsockopt(probe, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
        const int error = ::bind(probe, item->ai_addr, item->ai_addrlen) == 0 ? 0 : errno;
        ::close(probe);
        if (error != 0)
            return std::unexpected(taken(plan, error));
    }
    return {};
}

/// By which name clients know this machine, as far as this machine can know it.
std::string host_of(const ExportPlan& plan)
{
    if (plan.is_local())
        return plan.listen == "127.0.0.1" ? "localhost" : plan.listen;
    if (plan.listen != "0.0.0.0" && plan.listen != "::")
        return plan.listen;
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "HOST";
}

void introduce(const ExportPlan& plan, const std::vector<VerifiedImage>& images)
{
    const auto host = host_of(plan);
    for (const auto& image : images) {
        note(fmt::format("{} ({}):", image.export_name(), bytes_text(image.image.bytes)));
        for (const auto& command : client_commands(plan, host, image.export_name()))
            note("    " + command);
    }
    if (!plan.tls_folder.empty())
        note("Clients need a folder \"client\" with ca-cert.pem, client-cert.pem and client-key.pem.");
    else if (!plan.is_local())
        note(fmt::format("Everybody who reaches {} can read this, and nothing is encrypted: --tls changes both.",
                         plan.listen));
    note(plan.socket.empty() ? fmt::format("Serving on {} port {} until Ctrl-C.", plan.listen, plan.port)
                             : fmt::format("Serving on {} until Ctrl-C.", plan.socket));
}

/// Becomes nbdkit; comes back only if that is impossible.
Result<void> export_images(const ExportPlan& plan)
{
    if (auto there = find_program("nbdkit", "nbdkit"); !there)
        return there;
    if (auto good = check_stores(plan); !good)
        return good;
    const auto images = load_images(plan);
    if (!images)
        return std::unexpected(images.error());
    if (!plan.ca_file.empty() && ::access(plan.ca_file.c_str(), R_OK) != 0)
        return fail("io", "--ca {} cannot be read: {}.", plan.ca_file, std::strerror(errno));
    if (!plan.tls_folder.empty())
        if (auto good = check_certificates(plan.tls_folder); !good)
            return good;
    if (auto found = find_images(plan, *images); !found)
        return found;
    if (auto good = check_place(plan); !good)
        return good;
    introduce(plan, *images);

    const auto command = nbdkit_command(plan);
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str())); // execvp leaves them alone
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    return fail("program-failed", "Cannot run nbdkit: {}.", std::strerror(errno));
}

} // namespace

void add_nbd_export_command(CLI::App& app, Action& chosen)
{
    const auto [command, plan] =
        add_command(app, chosen, "export", "Serve published images to any NBD client, checked", export_images);
    command->add_option("record", plan->records, "Signed records of the images")->type_name("FILE")->required();
    command->add_option("--policy", plan->policy, "The policy that must accept them")->type_name("FILE")->required();
    command->add_option("--store", plan->stores, "The store's address, https://…; more may follow, best first")
        ->type_name("URL")
        ->required();
    command
        ->add_option("--ca", plan->ca_file,
                     "Whom to believe that it is the store; without it, the system's authorities")
        ->type_name("FILE");
    auto* listen = command->add_option("--listen", plan->listen, "The address of this machine to listen on")
                       ->type_name("ADDRESS")
                       ->capture_default_str();
    auto* port =
        command->add_option("--port", plan->port, "The TCP port")->check(CLI::Range(1, 65'535))->capture_default_str();
    command->add_option("--unix", plan->socket, "Listen on this Unix socket instead")
        ->type_name("SOCKET")
        ->excludes(listen)
        ->excludes(port);
    command
        ->add_option("--tls", plan->tls_folder,
                     "Only TLS, only clients with a certificate: the folder with ca-cert.pem, server-cert.pem and "
                     "server-key.pem")
        ->type_name("DIR");
    command->add_option("--pidfile", plan->pid_file, "Write the process's number here once clients can connect")
        ->type_name("FILE");
    command->add_flag("--wait", plan->wait, "Wait for a store that does not answer at the start");
    command->add_option("--cache", plan->cache_mib, "Memory for chunks, in MiB")
        ->check(CLI::Range(1, 65'536))
        ->capture_default_str();
    auto* disk = command->add_option("--disk-cache", plan->disk_cache, "A folder for chunks, kept for the next start")
                     ->type_name("DIR");
    command->add_option("--disk-cache-size", plan->disk_cache_mib, "Its hard limit, in MiB")
        ->check(CLI::Range(40, 1 << 20))
        ->capture_default_str()
        ->needs(disk);
    command
        ->add_option("--give-up", plan->give_up_seconds,
                     "Fail a read after so many seconds without a store; 0: wait for it")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command
        ->add_option("--plugin", plan->plugin, "The reader, nbdkit's plugin: a name among those installed, or a file")
        ->capture_default_str();
    command->footer(
        "It says what to type on the clients. The image is read from the store as clients read it; nothing is served "
        "that was\nnot checked against the record.\n\nExamples:\n"
        "  farboot export desktop.dsse --policy policy.dsse --store https://boot.example.org/store --ca ca.pem\n"
        "  farboot export *.dsse --policy policy.dsse --store https://boot.example.org/store --ca ca.pem \\\n"
        "      --listen 0.0.0.0 --tls /etc/farboot/export/tls");
}

} // namespace farboot::rootfs
