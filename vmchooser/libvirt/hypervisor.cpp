#include "vmchooser/libvirt/hypervisor.hpp"

#include "vmchooser/libvirt/event_loop.hpp"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <array>
#include <condition_variable>
#include <map>
#include <mutex>

namespace farboot::vmchooser
{
namespace
{

struct FreeDomain {
    void operator()(virDomain* domain) const { virDomainFree(domain); }
};
using DomainHandle = std::unique_ptr<virDomain, FreeDomain>;

std::string last_error()
{
    const auto* error = virGetLastError();
    return error && error->message ? error->message : "no reason given";
}

DomainEnd end_of(int detail)
{
    switch (detail) {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
        return DomainEnd::shut_down;
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
    case VIR_DOMAIN_EVENT_STOPPED_FAILED:
        return DomainEnd::failed;
    default:
        return DomainEnd::destroyed;
    }
}

} // namespace

/// Shared by the handle, the connection's table of running machines, and the callbacks on libvirt's thread.
struct Domain::State {
    std::mutex lock;
    std::condition_variable changed;
    std::optional<DomainEnd> end;
    std::function<void()> ended;
    std::string uuid;
    std::shared_ptr<void> connection; ///< a bound machine dies with its connection: kept until the handle is gone
    DomainHandle handle;

    void finish(DomainEnd how)
    {
        std::function<void()> call;
        {
            const std::lock_guard guard(lock);
            if (end)
                return;
            end = how;
            call = std::exchange(ended, {});
        }
        changed.notify_all();
        if (call)
            call();
    }
};

struct Hypervisor::Connection {
    virConnectPtr handle = nullptr;
    int events = -1;
    std::mutex lock;
    bool open = true;
    std::map<std::string, std::weak_ptr<Domain::State>> running; ///< by UUID
    /// Ends that came before the machine's start had returned: a guest may be faster than we are.
    std::map<std::string, DomainEnd> early;

    ~Connection()
    {
        if (!handle)
            return;
        if (events >= 0)
            virConnectDomainEventDeregisterAny(handle, events);
        virConnectUnregisterCloseCallback(handle, on_close);
        virConnectClose(handle);
    }

    void ended(const std::string& uuid, DomainEnd how)
    {
        std::shared_ptr<Domain::State> state;
        {
            const std::lock_guard guard(lock);
            const auto found = running.find(uuid);
            if (found == running.end()) {
                early[uuid] = how;
                return;
            }
            state = found->second.lock();
            running.erase(found);
        }
        if (state)
            state->finish(how);
    }

    /// What callbacks get: they may run on libvirt's thread while the connection is being taken down on ours.
    using Opaque = std::weak_ptr<Connection>;
    static void free_opaque(void* opaque) { delete static_cast<Opaque*>(opaque); }

    static int on_event(virConnectPtr, virDomainPtr domain, int event, int detail, void* opaque)
    {
        std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
        const auto self = static_cast<Opaque*>(opaque)->lock();
        if (self && event == VIR_DOMAIN_EVENT_STOPPED && virDomainGetUUIDString(domain, uuid.data()) == 0)
            self->ended(uuid.data(), end_of(detail));
        return 0;
    }

    static void on_close(virConnectPtr, int, void* opaque)
    {
        const auto self = static_cast<Opaque*>(opaque)->lock();
        if (!self)
            return;
        std::map<std::string, std::weak_ptr<Domain::State>> all;
        {
            const std::lock_guard guard(self->lock);
            self->open = false;
            all.swap(self->running);
        }
        for (const auto& [uuid, weak] : all)
            if (const auto state = weak.lock())
                state->finish(DomainEnd::lost);
    }
};

Hypervisor::Hypervisor(HypervisorSettings settings) : settings_(std::move(settings)) {}

Hypervisor::~Hypervisor() = default;

Result<void> Hypervisor::connect()
{
    if (connection_) {
        const std::lock_guard guard(connection_->lock);
        if (connection_->open)
            return {};
    }
    run_libvirt_events();
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {}); // our errors carry the text; libvirt would print it as well
    auto connection = std::make_shared<Connection>();
    connection->handle = virConnectOpen(settings_.uri.c_str());
    if (!connection->handle)
        return fail("hypervisor-unreachable",
                    "The virtualization service of this PC ({}) does not answer: {}. Check that libvirt is installed.",
                    settings_.uri, last_error());
    connection->events = virConnectDomainEventRegisterAny(connection->handle, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                                          VIR_DOMAIN_EVENT_CALLBACK(Connection::on_event),
                                                          new Connection::Opaque(connection), Connection::free_opaque);
    if (connection->events < 0 ||
        (settings_.paused_and_bound &&
         virConnectRegisterCloseCallback(connection->handle, Connection::on_close, new Connection::Opaque(connection),
                                         Connection::free_opaque) < 0))
        return fail("hypervisor-unreachable", "The virtualization service of this PC ({}) reports no events: {}.",
                    settings_.uri, last_error());
    connection_ = std::move(connection);
    return {};
}

Result<std::unique_ptr<Domain>> Hypervisor::start(const std::string& xml, const std::function<Result<void>()>& ready)
{
    if (auto connected = connect(); !connected)
        return std::unexpected(connected.error());
    const unsigned flags =
        settings_.paused_and_bound ? VIR_DOMAIN_START_AUTODESTROY | VIR_DOMAIN_START_PAUSED : VIR_DOMAIN_NONE;
    auto state = std::make_shared<Domain::State>();
    state->connection = connection_;
    state->handle.reset(virDomainCreateXML(connection_->handle, xml.c_str(), flags));
    if (!state->handle) {
        const auto* error = virGetLastError();
        if (error && (error->code == VIR_ERR_OPERATION_FAILED || error->code == VIR_ERR_DOM_EXIST) &&
            last_error().find("already") != std::string::npos)
            return fail("machine-exists", "This machine is running already: {}.", last_error());
        return fail("machine-start", "The virtual machine could not be started: {}.", last_error());
    }
    std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
    virDomainGetUUIDString(state->handle.get(), uuid.data());
    state->uuid = uuid.data();
    auto domain = std::unique_ptr<Domain>(new Domain(state));

    std::optional<DomainEnd> early;
    {
        const std::lock_guard guard(connection_->lock);
        if (const auto found = connection_->early.extract(state->uuid))
            early = found.mapped();
        else if (!connection_->open)
            early = DomainEnd::lost;
        else
            connection_->running[state->uuid] = state;
    }
    if (early)
        state->finish(*early);
    if (ready)
        if (auto attached = ready(); !attached)
            return std::unexpected(attached.error());
    if (settings_.paused_and_bound && virDomainResume(state->handle.get()) < 0)
        return fail("machine-start", "The virtual machine stopped while it started: {}.", last_error());
    return domain;
}

Domain::Domain(std::shared_ptr<State> state) : state_(std::move(state)) {}

Domain::~Domain()
{
    destroy();
}

const std::string& Domain::uuid() const
{
    return state_->uuid;
}

std::optional<DomainEnd> Domain::wait_for(std::chrono::milliseconds most)
{
    std::unique_lock guard(state_->lock);
    state_->changed.wait_for(guard, most, [&] { return state_->end.has_value(); });
    return state_->end;
}

void Domain::on_end(std::function<void()> ended)
{
    {
        const std::lock_guard guard(state_->lock);
        if (!state_->end) {
            state_->ended = std::move(ended);
            return;
        }
    }
    ended();
}

void Domain::destroy()
{
    {
        const std::lock_guard guard(state_->lock);
        if (state_->end)
            return;
    }
    // The end itself is told by the event, which may have come in between.
    if (virDomainDestroy(state_->handle.get()) < 0 && virDomainIsActive(state_->handle.get()) != 1)
        state_->finish(DomainEnd::destroyed);
}

} // namespace farboot::vmchooser
