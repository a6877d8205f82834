"""What happens to a written module on a target: verification, measurement, deployment."""
