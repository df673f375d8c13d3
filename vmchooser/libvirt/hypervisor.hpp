#pragma once

#include "rootfs/base/error.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace farboot::vmchooser
{

/// How a machine's life ended.
enum class DomainEnd {
    shut_down, ///< the guest powered itself off
    destroyed, ///< somebody, or this program, switched it off
    failed,    ///< QEMU died, or the guest crashed
    lost,      ///< the connection to libvirt broke, so nobody knows; libvirt removes the machine by itself
};

struct HypervisorSettings {
    std::string uri = "qemu:///session";
    /// Machines start paused, until somebody listens on their serial line, and die with this program.
    /// libvirt's test driver knows neither.
    bool paused_and_bound = true;
};

class Domain;

/// One connection to libvirt. Opened on first use (a session's daemon needs seconds to start); not for two threads at
/// once.
class Hypervisor
{
public:
    explicit Hypervisor(HypervisorSettings settings = {});
    ~Hypervisor();
    Hypervisor(const Hypervisor&) = delete;
    Hypervisor& operator=(const Hypervisor&) = delete;

    /// Reason: hypervisor-unreachable.
    [[nodiscard]] Result<void> connect();
    /// Starts a transient machine. Before its first instruction runs, `ready` is called: what listens to it attaches
    /// there. Reasons: hypervisor-unreachable, machine-exists (it runs already), machine-start.
    [[nodiscard]] Result<std::unique_ptr<Domain>> start(const std::string& xml,
                                                        const std::function<Result<void>()>& ready = {});
    [[nodiscard]] const std::string& uri() const { return settings_.uri; }

private:
    struct Connection;
    HypervisorSettings settings_;
    std::shared_ptr<Connection> connection_;
};

/// A running machine. Destroying the object switches it off.
class Domain
{
public:
    ~Domain();
    Domain(const Domain&) = delete;
    Domain& operator=(const Domain&) = delete;

    [[nodiscard]] const std::string& uuid() const;
    /// Waits for the machine's end; nothing if it still runs after `most`.
    [[nodiscard]] std::optional<DomainEnd> wait_for(std::chrono::milliseconds most);
    /// Calls `ended` once at the machine's end, on libvirt's thread, or at once if that has already been.
    void on_end(std::function<void()> ended);
    /// Switches it off, as by the power switch; a machine that has ended already is fine.
    void destroy();

private:
    friend class Hypervisor;
    struct State;
    explicit Domain(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

} // namespace farboot::vmchooser
