"""What passes between instructor and students: the bundle handed out, submissions handed in, grades handed on."""
