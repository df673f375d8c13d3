/// The nbdkit plugin "farboot": nbdkit-farboot-plugin(1).
#include "rootfs/nbd/control.hpp"
#include "rootfs/nbd/control_socket.hpp"
#include "rootfs/nbd/memory_lock.hpp"
#include "rootfs/nbd/notice.hpp"
#include "rootfs/nbd/plugin_settings.hpp"
#include "rootfs/waiting/state.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL

namespace
{

using namespace farboot;
using namespace farboot::rootfs;

constexpr std::uint32_t least_block = 4096;
constexpr std::uint32_t best_block = 64 * 1024;
constexpr std::uint32_t largest_block = 32 * 1024 * 1024;

/// A connection's export, which stays although it may be removed from the table.
using Handle = std::shared_ptr<Export>;

/// nbdkit does not close those that are still there when it is told to end.
class OpenHandles
{
public:
    Handle* add(Handle handle)
    {
        const std::scoped_lock lock(mutex_);
        return &handles_.emplace_back(std::move(handle));
    }
    void remove(const Handle* handle)
    {
        std::list<Handle> gone; // ends the export's threads, perhaps: without the lock
        const std::scoped_lock lock(mutex_);
        const auto found = std::ranges::find(handles_, handle, [](const Handle& one) { return &one; });
        gone.splice(gone.begin(), handles_, found);
    }

private:
    std::mutex mutex_;
    std::list<Handle> handles_;
};

/// Each part may use those above it.
struct Plugin {
    PluginSettings settings;
    std::optional<Policy> policy;
    std::vector<VerifiedImage> images; ///< of the parameters; none: they are added on the control socket
    std::optional<ReaderEngine::Options> options;
    std::optional<Notice> notice;
    std::optional<WaitingFile> waiting;
    std::optional<ReaderEngine> engine;
    std::optional<ExportTable> exports;
    std::optional<Control> control;
    std::optional<ControlSocket> socket;
    OpenHandles handles;
};
std::unique_ptr<Plugin> plugin;

Handle& export_of(void* handle)
{
    return *static_cast<Handle*>(handle);
}

int refuse(const Error& error, int number = EIO)
{
    nbdkit_error("%s", error.sentence.c_str());
    nbdkit_set_error(number);
    return -1;
}

/// nbdkit is C: what is thrown ends here.
template <class Body>
int guarded(Body body)
{
    try {
        return body();
    } catch (const std::exception& error) {
        return refuse({"internal", error.what()});
    }
}

bool client_waits()
{
    return nbdkit_nanosleep(0, 1) == 0; // fails when the client has gone or nbdkit is being stopped
}

/// nbdkit ends in an orderly way: what it is asked meanwhile it answers with errors, which a root file system does not
/// survive. A connection that breaks it does.
void end_at_once_when_told()
{
    for (const auto number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT})
        (void)std::signal(number, SIG_DFL);
}

void load()
{
    use_little_memory();
    plugin = std::make_unique<Plugin>();
}

void unload()
{
    plugin.reset();
}

int config(const char* key, const char* value)
{
    return guarded([&] {
        const auto done = plugin->settings.set(key, value);
        return done ? 0 : refuse(done.error());
    });
}

/// Reads and checks all files, so that a wrong one is known before nbdkit goes to the background.
int config_complete()
{
    return guarded([] {
        if (const auto good = plugin->settings.check(); !good)
            return refuse(good.error());
        auto policy = plugin->settings.policy();
        if (!policy)
            return refuse(policy.error());
        auto images = plugin->settings.images(*policy);
        if (!images)
            return refuse(images.error());
        for (const auto& image : *images)
            if (const auto good = ManifestRoot::check(image.image); !good)
                return refuse(good.error());
        auto options = plugin->settings.engine_options();
        if (!options)
            return refuse(options.error());
        plugin->policy = std::move(*policy);
        plugin->images = std::move(*images);
        plugin->options = std::move(*options);
        return 0;
    });
}

int get_ready()
{
    return guarded([] {
        const auto& path = plugin->settings.control();
        if (path.empty())
            return 0;
        auto socket = ControlSocket::listen(path);
        if (!socket)
            return refuse(socket.error());
        plugin->socket.emplace(std::move(*socket));
        return 0;
    });
}

/// Threads do not survive a fork, so everything that has some starts here.
int after_fork()
{
    return guarded([] {
        auto& all = *plugin;
        if (all.settings.lock()) {
            end_at_once_when_told();
            if (const auto locked = lock_memory(); !locked)
                return refuse(locked.error());
        }
        all.notice.emplace(all.settings.console());
        const auto notice = [](std::string_view sentence) { plugin->notice->print(sentence); };
        all.options->source_options.notice = notice;
        all.waiting.emplace(all.settings.waiting(), all.options->sources);
        all.options->source_options.waiting = [](bool waits) { plugin->waiting->set(waits); };
        if (all.options->disk)
            all.options->disk->notice = notice;
        all.engine.emplace(std::move(*all.options));
        all.exports.emplace(*all.engine);
        for (const auto& image : all.images)
            if (const auto added = all.exports->add(image, 0); !added)
                return refuse(added.error());
        if (all.settings.pin())
            if (const auto done = all.exports->find(all.images.front().export_name())->reader->pin(); !done)
                return refuse(done.error());
        all.control.emplace(*all.policy, *all.engine, *all.exports, !all.images.empty());
        if (all.socket)
            all.socket->serve([](std::string_view line, uid_t who) { return plugin->control->answer(line, who); });
        return 0;
    });
}

int list_exports(int, int, nbdkit_exports* list)
{
    return guarded([&] {
        for (const auto& item : plugin->exports->all())
            if (nbdkit_add_export(list, item->name.c_str(), nullptr) != 0)
                return -1;
        return 0;
    });
}

/// The default name is for the only image.
bool has_default()
{
    return plugin->images.size() == 1;
}

const char* default_export(int, int)
{
    return has_default() ? "" : nullptr;
}

void* open_export(int)
{
    Handle* handle = nullptr;
    guarded([&] {
        const std::string name = nbdkit_export_name();
        const auto wanted = name.empty() && has_default() ? plugin->images.front().export_name() : name;
        if (auto found = plugin->exports->find(wanted)) {
            found->reader->begin();
            handle = plugin->handles.add(std::move(found));
            return 0;
        }
        return refuse(
            {"not-found",
             plugin->images.empty()
                 ? fmt::format("There is no export '{}' here; add its record on the control socket first.", wanted)
                 : fmt::format("There is no export '{}' here; nbdinfo --list shows which there are.", wanted)},
            ENOENT);
    });
    return handle;
}

void close_export(void* handle)
{
    plugin->handles.remove(static_cast<Handle*>(handle));
}

std::int64_t get_size(void* handle)
{
    return static_cast<std::int64_t>(export_of(handle)->reader->bytes());
}

int no(void*)
{
    return 0;
}

int yes(void*)
{
    return 1;
}

int block_size(void* handle, std::uint32_t* minimum, std::uint32_t* preferred, std::uint32_t* maximum)
{
    // An image's size must be a multiple of it: disks of virtual machines may end anywhere.
    const auto bytes = export_of(handle)->reader->bytes();
    *minimum = bytes % least_block == 0 ? least_block : bytes % 512 == 0 ? 512 : 1;
    *preferred = best_block;
    *maximum = largest_block;
    return 0;
}

int pread(void* handle, void* buffer, std::uint32_t count, std::uint64_t offset, std::uint32_t)
{
    return guarded([&] {
        const std::span out(static_cast<std::byte*>(buffer), count);
        const auto done = export_of(handle)->reader->read(offset, out, client_waits);
        return done ? 0 : refuse(done.error());
    });
}

int extents(void* handle, std::uint32_t count, std::uint64_t offset, std::uint32_t, nbdkit_extents* list)
{
    return guarded([&] {
        const auto found = export_of(handle)->reader->extents(offset, count, client_waits);
        if (!found)
            return refuse(found.error());
        for (const auto& extent : *found)
            if (nbdkit_add_extent(list, extent.offset, extent.length,
                                  extent.zero ? NBDKIT_EXTENT_HOLE | NBDKIT_EXTENT_ZERO : 0) != 0)
                return -1;
        return 0;
    });
}

nbdkit_plugin table()
{
    nbdkit_plugin functions{};
    functions.name = "farboot";
    functions.longname = "Farboot image reader";
    functions.version = FARBOOT_VERSION;
    functions.description = "Serves images of a Farboot store, fetched lazily over HTTPS and checked";
    functions.config_help = PluginSettings::help();
    functions.load = load;
    functions.unload = unload;
    functions.config = config;
    functions.config_complete = config_complete;
    functions.get_ready = get_ready;
    functions.after_fork = after_fork;
    functions.list_exports = list_exports;
    functions.default_export = default_export;
    functions.open = open_export;
    functions.close = close_export;
    functions.get_size = get_size;
    functions.can_write = no;
    functions.can_multi_conn = yes;
    functions.is_rotational = no;
    functions.can_extents = yes;
    functions.extents = extents;
    functions.block_size = block_size;
    functions.pread = pread;
    return functions;
}

nbdkit_plugin functions = table();

} // namespace

NBDKIT_REGISTER_PLUGIN(functions)
